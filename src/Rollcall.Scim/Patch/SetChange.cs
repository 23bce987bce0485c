namespace Rollcall.Scim.Patch;

/// <summary>The net effect of a PATCH on an attribute that is a set, such as the members of a Group.</summary>
/// <param name="ReplaceAll">Whether the set becomes exactly <paramref name="Add"/>; then <paramref name="Remove"/> is empty.</param>
/// <param name="Add">What the set has afterwards, each value once; elements that it has already stay as they are.</param>
/// <param name="Remove">What the set doesn't have afterwards, each value once, none of them in <paramref name="Add"/>.</param>
public sealed record SetChange(bool ReplaceAll, IReadOnlyList<SetChange.Element> Add, IReadOnlyList<string> Remove)
{
    /// <summary>Whether the set is left alone.</summary>
    public bool IsNothing => !ReplaceAll && Add.Count == 0 && Remove.Count == 0;

    /// <summary>An element to be added.</summary>
    /// <param name="Value">The <c>value</c> that it is known by.</param>
    /// <param name="Type">The <c>type</c> that the client gave, or null.</param>
    public sealed record Element(string Value, string? Type);
}
