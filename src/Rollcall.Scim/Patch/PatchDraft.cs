using System.Text.Json.Nodes;
using Rollcall.Scim.Paths;
using Rollcall.Scim.Resources;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Patch;

/// <summary>The copy of a resource that a PATCH works on.</summary>
internal sealed class PatchDraft(JsonObject resource, ResourceType type)
{
    private readonly JsonObject _resource = CanonicalResource.Arrange(resource, type);
    private readonly Dictionary<string, (AttributePath Path, ElementList List)> _lists = new(StringComparer.Ordinal);

    /// <summary>The type of the resource.</summary>
    public ResourceType Type => type;

    /// <summary>The object that holds the attributes of an extension, made where there is none; the resource itself for null.</summary>
    public JsonObject Owner(ScimSchema? extension)
    {
        if (extension is null)
            return _resource;
        if (_resource[extension.Id] is not JsonObject data)
            _resource[extension.Id] = data = ScimJson.NewObject();
        return data;
    }

    /// <summary>What a path points to; null where it is unassigned. For paths into multi-valued attributes, only the whole attribute.</summary>
    public JsonNode? Find(AttributePath path)
    {
        var owner = path.Extension is { } extension ? _resource[extension.Id] as JsonObject : _resource;
        var value = owner?[path.Attribute!.Name];
        return Unassigned(path.Sub is { } sub ? (value as JsonObject)?[sub.Name] : value);
    }

    /// <summary>The elements of a multi-valued attribute, to be changed there.</summary>
    public ElementList List(AttributePath path)
    {
        var whole = path with { Sub = null };
        var name = whole.ToString();
        if (!_lists.TryGetValue(name, out var entry))
        {
            var elements = Find(whole) is JsonArray array ? PatchValues.Detach(array) : [];
            _lists[name] = entry = (whole, new ElementList(type, whole, elements));
        }
        return entry.List;
    }

    /// <summary>Drops the attributes of an extension that clients may write.</summary>
    public void Clear(ScimSchema extension)
    {
        foreach (var attribute in extension.Attributes)
        {
            if (attribute.Mutability == Mutability.ReadOnly)
                continue;
            var path = new AttributePath(extension, attribute, null);
            if (attribute.Mutability == Mutability.Immutable && Find(path) is not null)
                throw Immutability.Fault(path.ToString());
            if (attribute.MultiValued)
                List(path).Replace([]);
            else
                Owner(extension).Remove(attribute.Name);
        }
    }

    /// <summary>
    /// Refuses complex values that lack a part they need. Told in the end, since several operations may make one value.
    /// </summary>
    public void RequireParts(IEnumerable<PatchOperation> operations)
    {
        foreach (var target in operations.Select(operation => operation.Path?.Target).OfType<AttributePath>())
        {
            if (target.Attribute is not { } attribute || !attribute.SubAttributes.Any(sub => sub.Required))
                continue;
            var whole = target with { Sub = null };
            IReadOnlyList<JsonNode> values = attribute.MultiValued ? List(whole).Elements : Find(whole) is { } value ? [value] : [];
            foreach (var complex in values.OfType<JsonObject>())
                ValueReader.Require(attribute, complex, whole.ToString());
        }
    }

    /// <summary>The resource as it is now. The draft is done with then.</summary>
    public JsonObject Finish()
    {
        foreach (var (path, list) in _lists.Values)
            Owner(path.Extension)[path.Attribute!.Name] = new JsonArray([.. list.Elements]);
        return CanonicalResource.Arrange(_resource, type);
    }

    /// <summary>The value, or null where it means "unassigned" (RFC 7643 §2.5).</summary>
    public static JsonNode? Unassigned(JsonNode? value) => value is JsonArray { Count: 0 } or JsonObject { Count: 0 } ? null : value;
}
