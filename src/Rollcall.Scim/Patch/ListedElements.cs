using System.Text.Json.Nodes;
using Rollcall.Scim.Resources;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Patch;

/// <summary>
/// The elements that a <c>remove</c> lists in its value instead of by a filter, as Microsoft Entra ID does: an element is
/// listed if it has the <c>value</c>, and the <c>type</c> where one is given; without a <c>value</c>, all parts that are given.
/// Looking one up costs the same however many are listed.
/// </summary>
internal sealed class ListedElements
{
    private readonly ScimAttribute _attribute;

    // What was listed, by the names of the parts to compare: few kinds, each with any number of keys.
    private readonly Dictionary<string, (List<ScimAttribute> Parts, HashSet<string> Keys)> _kinds = new(StringComparer.Ordinal);

    public ListedElements(ScimAttribute attribute, IEnumerable<JsonNode> listed)
    {
        _attribute = attribute;
        foreach (var element in listed)
        {
            var parts = PartsToCompare(element);
            var names = string.Join(',', parts.Select(part => part.Name));
            if (!_kinds.TryGetValue(names, out var kind))
                _kinds[names] = kind = (parts, new HashSet<string>(StringComparer.Ordinal));
            kind.Keys.Add(Key(element, parts));
        }
    }

    public bool Contains(JsonNode element) => _kinds.Values.Any(kind => kind.Keys.Contains(Key(element, kind.Parts)));

    private List<ScimAttribute> PartsToCompare(JsonNode listed)
    {
        if (listed is not JsonObject complex)
            return [];
        var given = _attribute.SubAttributes.Where(sub => complex[sub.Name] is not null);
        return [.. complex["value"] is null ? given : given.Where(sub => sub.Name is "value" or "type")];
    }

    private string Key(JsonNode element, List<ScimAttribute> parts) => element is JsonObject complex
        ? string.Join('\0', parts.Select(part => complex[part.Name] is { } value ? "=" + Elements.ComparisonText(part, value) : ""))
        : Elements.ComparisonText(_attribute, element);
}
