namespace Rollcall.Scim.Patch;

/// <summary>A net change of a set.</summary>
/// <param name="ReplaceAll">Whether the set becomes exactly <paramref name="Add"/>.</param>
/// <param name="Add">What is in the set afterwards.</param>
/// <param name="Remove">What is not in the set afterwards.</param>
public sealed record SetChange(bool ReplaceAll, IReadOnlyList<SetChange.Element> Add, IReadOnlyList<string> Remove)
{
    /// <summary>An element to be added.</summary>
    /// <param name="Value">Its value.</param>
    /// <param name="Type">Its type as given, or null.</param>
    public sealed record Element(string Value, string? Type);
}
