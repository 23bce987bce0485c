using System.Text.Json;

namespace Rollcall.Access.Audit;

/// <summary>
/// Which members of a JSON object differ: their names for the audit log, never their values, which stand in the histories.
/// What is complex is named one level down: <c>name.givenName</c>, <c>grants.roles</c>.
/// </summary>
internal static class ChangedNames
{
    /// <summary>The names of what was added, changed or removed, in order.</summary>
    public static IReadOnlyList<string> Between(ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after)
    {
        using var old = JsonDocument.Parse(before);
        using var current = JsonDocument.Parse(after);
        return [.. Between(old.RootElement, current.RootElement, "").Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Between(JsonElement before, JsonElement after, string prefix)
    {
        foreach (var member in after.EnumerateObject())
        {
            if (!before.TryGetProperty(member.Name, out var old))
                yield return prefix + member.Name;
            else if (JsonElement.DeepEquals(old, member.Value))
                continue;
            else if (prefix.Length > 0 || old.ValueKind != JsonValueKind.Object || member.Value.ValueKind != JsonValueKind.Object)
                yield return prefix + member.Name;
            else
            {
                foreach (var name in Between(old, member.Value, member.Name + Separator(member.Name)))
                    yield return name;
            }
        }
        foreach (var member in before.EnumerateObject())
        {
            if (!after.TryGetProperty(member.Name, out _))
                yield return prefix + member.Name;
        }
    }

    // An attribute of an extension is named as in a PATCH (RFC 7644 §3.10).
    private static char Separator(string name) => name.Contains(':', StringComparison.Ordinal) ? ':' : '.';
}
