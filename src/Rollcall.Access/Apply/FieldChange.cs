using System.Text.Json.Nodes;
using Rollcall.Access.Lists;

namespace Rollcall.Access.Apply;

/// <summary>A value that an update changes.</summary>
/// <param name="Field">Its place in the document, such as <c>spec.grants.roles</c>.</param>
/// <param name="From">What it is; null where it is absent.</param>
/// <param name="To">What it is to be; null where it goes.</param>
internal sealed record FieldChange(string Field, JsonNode? From, JsonNode? To)
{
    /// <summary>What differs between two definitions, by the documents that they make; the order of keys is no difference.</summary>
    public static IReadOnlyList<FieldChange> Between(ListDefinition from, ListDefinition to)
    {
        var changes = new List<FieldChange>();
        Compare("", DocumentJson.Of(from), DocumentJson.Of(to), changes);
        return changes;
    }

    private static void Compare(string path, JsonNode? from, JsonNode? to, List<FieldChange> changes)
    {
        // A block that comes or goes as a whole is told by its values.
        if ((from, to) is (JsonObject or null, JsonObject or null))
        {
            var keys = (from as JsonObject ?? []).Concat(to as JsonObject ?? []).Select(member => member.Key).Distinct(StringComparer.Ordinal);
            foreach (var key in keys)
                Compare(path.Length == 0 ? key : $"{path}.{key}", from?[key], to?[key], changes);
        }
        else if (!JsonNode.DeepEquals(from, to))
        {
            changes.Add(new FieldChange(path, from?.DeepClone(), to?.DeepClone()));
        }
    }
}
