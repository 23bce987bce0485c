using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Scim.Bulk;

/// <summary>
/// References to what a bulk request makes (RFC 7644 §3.7.2): <c>bulkId:NAME</c> as the text of a value anywhere in the
/// data, as the last part of a <c>$ref</c>, or as an operand of a filter in the path of a PATCH operation.
/// </summary>
internal static class BulkReferences
{
    private const string Prefix = "bulkId:";

    /// <summary>The name that a text refers to, or null where it is no reference.</summary>
    public static string? NameIn(string text) =>
        text.Length > Prefix.Length && text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? text[Prefix.Length..] : null;

    /// <summary>Adds the names that a body refers to.</summary>
    public static void Collect(JsonObject data, ISet<string> names) => Visit(data, "", name =>
    {
        names.Add(name);
        return null;
    });

    /// <summary>A copy of a body with ids in place of references.</summary>
    public static JsonObject Resolve(JsonObject data, Func<string, string> idOf)
    {
        var copy = (JsonObject)data.DeepClone();
        Visit(copy, "", idOf);
        return copy;
    }

    /// <summary>Shows each name to <paramref name="idOf"/> and puts what it gives in the reference's place; null leaves that alone.</summary>
    private static void Visit(JsonNode node, string key, Func<string, string?> idOf)
    {
        if (node is JsonObject members)
        {
            for (var i = 0; i < members.Count; i++)
            {
                var (name, value) = members.GetAt(i);
                if (Replace(value, name, idOf) is { } replacement)
                    members.SetAt(i, replacement);
            }
        }
        else if (node is JsonArray elements)
        {
            for (var i = 0; i < elements.Count; i++)
            {
                if (Replace(elements[i], key, idOf) is { } replacement)
                    elements[i] = replacement;
            }
        }
    }

    private static JsonValue? Replace(JsonNode? value, string key, Func<string, string?> idOf)
    {
        if (value is JsonObject or JsonArray)
            Visit(value, key, idOf);
        if (value?.GetValueKind() != JsonValueKind.String)
            return null;
        var text = value.GetValue<string>();
        // Most texts are none: this is all they cost.
        if (!text.Contains(Prefix, StringComparison.OrdinalIgnoreCase))
            return null;
        return (NameIn(text) is { } name ? idOf(name)
            : key.Equals("$ref", StringComparison.OrdinalIgnoreCase) ? ReplaceLast(text, idOf)
            : key.Equals("path", StringComparison.OrdinalIgnoreCase) ? ReplaceOperands(text, idOf)
            : null) is { } replacement ? JsonValue.Create(replacement) : null;
    }

    /// <summary><c>…/Users/bulkId:NAME</c>.</summary>
    private static string? ReplaceLast(string uri, Func<string, string?> idOf)
    {
        var slash = uri.LastIndexOf('/');
        return NameIn(uri[(slash + 1)..]) is { } name && idOf(name) is { } id ? string.Concat(uri.AsSpan(0, slash + 1), id) : null;
    }

    /// <summary><c>members[value eq "bulkId:NAME"]</c>: the texts of a filter are those of JSON.</summary>
    private static string? ReplaceOperands(string path, Func<string, string?> idOf)
    {
        string? replaced = null;
        var done = 0;
        for (var start = path.IndexOf('"', StringComparison.Ordinal); start >= 0;)
        {
            var end = EndOfText(path, start);
            if (end < 0)
                break;
            if (Unquote(path[start..(end + 1)]) is { } text && NameIn(text) is { } name && idOf(name) is { } id)
            {
                replaced += string.Concat(path.AsSpan(done, start - done), JsonSerializer.Serialize(id));
                done = end + 1;
            }
            start = path.IndexOf('"', end + 1);
        }
        return replaced is null ? null : replaced + path[done..];
    }

    private static int EndOfText(string path, int start)
    {
        for (var i = start + 1; i < path.Length; i++)
        {
            if (path[i] == '\\')
                i++;
            else if (path[i] == '"')
                return i;
        }
        return -1;
    }

    private static string? Unquote(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<string>(text);
        }
        catch (JsonException)
        {
            return null; // What is wrong with it, the filter's parser says.
        }
    }
}
