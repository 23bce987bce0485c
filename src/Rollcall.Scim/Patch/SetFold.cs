using System.Diagnostics;
using System.Text.Json.Nodes;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Patch;

/// <summary>Folds steps into one change: what a later one says of a value counts. In proportion to the values named.</summary>
internal sealed class SetFold(ScimAttribute attribute)
{
    private readonly ScimAttribute _value = attribute.Find("value")!;

    // By comparison key.
    private readonly Dictionary<string, SetChange.Element> _add = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _remove = new(StringComparer.Ordinal);
    private bool _replaceAll;

    public void Apply(SetStep step)
    {
        switch (step)
        {
            case SetStep.Add add:
                Add(add.Elements);
                break;
            case SetStep.ReplaceAll replace:
                Forget();
                _replaceAll = true;
                Add(replace.Elements);
                break;
            case SetStep.RemoveValues remove:
                Remove(remove.Values);
                break;
            case SetStep.Demand:
                break;
            default:
                throw new UnreachableException();
        }
    }

    public SetChange Result() => new(_replaceAll, [.. _add.Values], [.. _remove.Values]);

    private void Forget()
    {
        _add.Clear();
        _remove.Clear();
    }

    private void Add(IEnumerable<JsonObject> elements)
    {
        foreach (var element in elements)
        {
            var value = element["value"]!.GetValue<string>();
            var key = ComparisonKey.Text(_value, value);
            _add.TryAdd(key, new SetChange.Element(value, element["type"]?.GetValue<string>()));
            _remove.Remove(key);
        }
    }

    private void Remove(IEnumerable<string> values)
    {
        foreach (var value in values)
        {
            var key = ComparisonKey.Text(_value, value);
            _add.Remove(key);
            if (!_replaceAll)
                _remove.TryAdd(key, value);
        }
    }
}
