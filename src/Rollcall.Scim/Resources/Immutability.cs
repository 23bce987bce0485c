using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Resources;

/// <summary>The rule of <c>immutable</c> attributes (RFC 7643 §7): a value may be set once.</summary>
internal static class Immutability
{
    /// <summary>
    /// Puts the immutable values of <paramref name="before"/> into <paramref name="after"/>; refuses others there.
    /// Elements of multi-valued attributes come and go as a whole, so their immutable parts need no check.
    /// </summary>
    /// <returns>Whether <paramref name="after"/> was written to.</returns>
    public static bool Keep(JsonObject before, JsonObject after, IReadOnlyList<ScimAttribute> attributes, string prefix)
    {
        var written = false;
        foreach (var attribute in attributes)
        {
            if (before[attribute.Name] is not { } value)
                continue;
            if (attribute.Mutability == Mutability.Immutable)
            {
                if (after[attribute.Name] is { } given && !IsSame(attribute, value, given))
                    throw Fault(prefix + attribute.Name);
                after[attribute.Name] = value.DeepClone();
                written = true;
            }
            else if (value is JsonObject parts && attribute.SubAttributes.Any(sub => sub.Mutability == Mutability.Immutable))
            {
                var given = after[attribute.Name] as JsonObject ?? ScimJson.NewObject();
                if (!Keep(parts, given, attribute.SubAttributes, $"{prefix}{attribute.Name}."))
                    continue;
                if (given.Parent is null)
                    after[attribute.Name] = given;
                written = true;
            }
        }
        return written;
    }

    /// <summary>Whether a given value means the one that is there: text regardless of outer blanks, and of case where it doesn't count.</summary>
    public static bool IsSame(ScimAttribute attribute, JsonNode stored, JsonNode given)
    {
        if (stored.GetValueKind() != JsonValueKind.String || given.GetValueKind() != JsonValueKind.String)
            return ResourceComparer.Equal(stored, given);
        return Key(stored) == Key(given);

        string Key(JsonNode value) => ComparisonKey.Text(attribute, value.GetValue<string>().Trim());
    }

    public static ScimException Fault(string path) =>
        ScimException.Mutability($"{path} is immutable: it has a value, which can't be changed through SCIM.");
}
