using System.Text.Json.Nodes;

namespace Rollcall.Web.Api;

/// <summary>JSON Merge Patch (RFC 7396): what is given replaces what was there, objects member by member; null takes away.</summary>
public static class JsonMerge
{
    /// <summary>Applies a change.</summary>
    /// <param name="target">What there is; it is changed.</param>
    /// <param name="change">The change; it is left as it is.</param>
    /// <returns><paramref name="target"/>.</returns>
    public static JsonObject Apply(JsonObject target, JsonObject change)
    {
        foreach (var (name, value) in change)
        {
            if (value is null)
                target.Remove(name);
            else if (value is JsonObject inner)
            {
                if (target[name] is not JsonObject part)
                    target[name] = part = [];
                Apply(part, inner);
            }
            else
                target[name] = value.DeepClone();
        }
        return target;
    }
}
