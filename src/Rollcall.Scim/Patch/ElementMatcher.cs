using System.Text.Json.Nodes;
using Rollcall.Scim.Filters;
using Rollcall.Scim.Paths;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Patch;

/// <summary>
/// Tells which elements of a multi-valued attribute a value filter selects. Remembers what it compares of an element,
/// so elements must not change.
/// </summary>
internal sealed class ElementMatcher(ResourceType type, AttributePath path)
{
    private readonly Dictionary<JsonNode, JsonObject> _comparable = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether the filter, whose paths are relative to the element, holds for it.</summary>
    public bool Matches(Filter filter, JsonNode element)
    {
        if (!_comparable.TryGetValue(element, out var comparable))
            _comparable[element] = comparable = Comparable(element);
        return FilterEvaluator.Matches(filter, comparable);
    }

    /// <summary>The comparison document of one element: that of a resource which holds nothing else.</summary>
    private JsonObject Comparable(JsonNode element)
    {
        var name = path.Attribute!.Name;
        var values = new JsonObject { [name] = new JsonArray(element.DeepClone()) };
        var resource = path.Extension is { } extension ? new JsonObject { [extension.Id] = values } : values;
        var document = ComparisonDocument.Build(type, resource);
        var owner = path.Extension is { } urn ? document[urn.Id] : document;
        return owner?[name] is JsonArray { Count: 1 } only && only[0] is JsonObject comparable ? comparable : [];
    }
}
