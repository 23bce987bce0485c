using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Scim.Sorting;

/// <summary>
/// The value that a resource is sorted by: a text key, a number (0 and 1 for false and true), or neither where the
/// resource has no value. Keys of one <see cref="ResourceSort"/> are all of one kind.
/// </summary>
/// <param name="Text">The text key, or null.</param>
/// <param name="Number">The number, or null.</param>
public readonly record struct SortKey(string? Text, decimal? Number)
{
    /// <summary>Whether the resource has no value.</summary>
    public bool IsAbsent => Text is null && Number is null;

    /// <summary>The key of a value of a comparison document.</summary>
    public static SortKey Of(JsonValue value) => value.GetValueKind() switch
    {
        JsonValueKind.String => new SortKey(value.GetValue<string>(), null),
        JsonValueKind.Number => new SortKey(null, ComparisonKey.Number(value.ToJsonString())),
        JsonValueKind.True => new SortKey(null, 1),
        JsonValueKind.False => new SortKey(null, 0),
        _ => default,
    };

    /// <summary>Ascending order; an absent value comes last.</summary>
    public static int Compare(SortKey left, SortKey right)
    {
        if (left.IsAbsent || right.IsAbsent)
            return left.IsAbsent.CompareTo(right.IsAbsent);
        return left.Text is { } a && right.Text is { } b
            ? ScimText.Compare(a, b)
            : Nullable.Compare(left.Number, right.Number);
    }
}
