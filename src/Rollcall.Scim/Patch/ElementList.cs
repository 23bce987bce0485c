using System.Text.Json.Nodes;
using Rollcall.Scim.Filters;
using Rollcall.Scim.Paths;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Patch;

/// <summary>
/// The elements of one multi-valued attribute while a PATCH is applied. Elements are not changed in place but put in each
/// other's stead, so that what was worked out for one stays true. Adding is in proportion to what is added.
/// </summary>
internal sealed class ElementList(ResourceType type, AttributePath path, List<JsonNode> elements)
{
    private readonly ElementMatcher _matcher = new(type, path);
    private List<JsonNode> _elements = elements;
    private Dictionary<string, int>? _places;

    private ScimAttribute Attribute => path.Attribute!;

    public IReadOnlyList<JsonNode> Elements => _elements;

    /// <summary>Adds an element, or joins it with the one that it equals.</summary>
    public void Add(JsonNode element)
    {
        var places = Places();
        var key = Resources.Elements.Key(Attribute, element);
        if (places.TryAdd(key, _elements.Count))
            _elements.Add(element);
        else
            _elements[places[key]] = Resources.Elements.Merge(Attribute, _elements[places[key]], element);
    }

    /// <summary>Adds elements; the last of them that is primary leaves no other so (RFC 7644 §3.5.2).</summary>
    public void AddAll(IReadOnlyList<JsonNode> added)
    {
        ResignFor(added);
        foreach (var element in added)
            Add(element);
    }

    /// <summary>Puts other elements in place of all.</summary>
    public void Replace(IEnumerable<JsonNode> replacement)
    {
        _elements = [];
        _places = null;
        AddAll([.. replacement]);
    }

    public void RemoveAll(Predicate<JsonNode> which)
    {
        if (_elements.RemoveAll(which) > 0)
            _places = null;
    }

    /// <summary>Puts the result of <paramref name="change"/> in the place of each element chosen; null removes it. Equal elements become one.</summary>
    public void Change(IReadOnlySet<JsonNode> chosen, Func<JsonNode, JsonNode?> change)
    {
        var changed = new List<JsonNode>(_elements.Count);
        JsonNode? primary = null;
        foreach (var element in _elements)
        {
            var next = chosen.Contains(element) ? change(element) : element;
            if (next is null)
                continue;
            if (chosen.Contains(element) && Resources.Elements.IsPrimary(next))
                primary = next;
            changed.Add(next);
        }
        if (primary is not null)
            changed = changed.ConvertAll(element => ReferenceEquals(element, primary) ? element : Resign(element));
        _elements = Resources.Elements.Distinct(Attribute, changed);
        _places = null;
    }

    /// <summary>The elements that a filter selects; all of them without one.</summary>
    public IReadOnlySet<JsonNode> Select(Filter? filter) =>
        _elements.Where(element => filter is null || _matcher.Matches(filter, element)).ToHashSet<JsonNode>(ReferenceEqualityComparer.Instance);

    private void ResignFor(IReadOnlyList<JsonNode> added)
    {
        var last = -1;
        for (var i = 0; i < added.Count; i++)
        {
            if (Resources.Elements.IsPrimary(added[i]))
                last = i;
        }
        if (last < 0)
            return;
        // Elements without a value are told apart by all they hold, their rank included.
        _places = null;
        for (var i = 0; i < _elements.Count; i++)
            _elements[i] = Resign(_elements[i]);
        for (var i = 0; i < last; i++)
            Demote(added[i]);
    }

    /// <summary>The element without the rank of the primary one.</summary>
    private static JsonNode Resign(JsonNode element)
    {
        if (!Resources.Elements.IsPrimary(element))
            return element;
        var demoted = element.DeepClone();
        Demote(demoted);
        return demoted;
    }

    private static void Demote(JsonNode element)
    {
        if (Resources.Elements.IsPrimary(element))
            element["primary"] = false;
    }

    private Dictionary<string, int> Places()
    {
        if (_places is null)
        {
            _places = new Dictionary<string, int>(_elements.Count, StringComparer.Ordinal);
            for (var i = 0; i < _elements.Count; i++)
                _places.TryAdd(Resources.Elements.Key(Attribute, _elements[i]), i);
        }
        return _places;
    }
}
