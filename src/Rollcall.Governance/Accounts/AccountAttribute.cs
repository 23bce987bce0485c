using System.Text.Json;

namespace Rollcall.Governance.Accounts;

/// <summary>
/// Reads attributes of SCIM Users by the names that <see cref="Applications.FlatAttribute"/> sets them by; <c>emails.value</c> are
/// the values of all elements.
/// </summary>
internal static class AccountAttribute
{
    /// <summary>The texts and numbers under a name, as texts; none where it is unassigned.</summary>
    /// <param name="account">The User.</param>
    /// <param name="name">The name, in any case.</param>
    public static IEnumerable<string> Values(JsonElement account, string name)
    {
        if (!name.StartsWith("urn:", StringComparison.OrdinalIgnoreCase))
            return Values(account, name.Split('.'));
        var colon = name.LastIndexOf(':');
        return Find(account, name[..colon]) is { } extension ? Values(extension, name[(colon + 1)..].Split('.')) : [];
    }

    private static IEnumerable<string> Values(JsonElement value, ArraySegment<string> path) => value.ValueKind switch
    {
        JsonValueKind.Array => Elements(value, ref path).SelectMany(element => Values(element, path)),
        JsonValueKind.Object when path.Count > 0 && Find(value, path[0]) is { } member => Values(member, path[1..]),
        JsonValueKind.String when path.Count == 0 => [value.GetString()!],
        JsonValueKind.Number when path.Count == 0 => [value.GetRawText()],
        _ => [],
    };

    // emails.[primary.][type.]value
    private static List<JsonElement> Elements(JsonElement array, ref ArraySegment<string> path)
    {
        var elements = array.EnumerateArray().Where(element => element.ValueKind == JsonValueKind.Object || element.ValueKind == JsonValueKind.String).ToList();
        if (path.Count > 1 && path[0].Equals("primary", StringComparison.OrdinalIgnoreCase))
        {
            elements.RemoveAll(element => Find(element, "primary") is not { ValueKind: JsonValueKind.True });
            path = path[1..];
        }
        if (path.Count > 1)
        {
            var type = path[0];
            elements.RemoveAll(element => Find(element, "type") is not { ValueKind: JsonValueKind.String } found || !type.Equals(found.GetString(), StringComparison.OrdinalIgnoreCase));
            path = path[1..];
        }
        return elements;
    }

    private static JsonElement? Find(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return null;
        foreach (var property in value.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return property.Value;
        }
        return null;
    }
}
