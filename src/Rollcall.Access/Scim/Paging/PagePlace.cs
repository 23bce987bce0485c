using System.Security.Cryptography;
using System.Text;
using Rollcall.Scim;

namespace Rollcall.Access.Scim.Paging;

/// <summary>
/// Where a page ended: what its last resource has in the order of the query. The next page is what comes after it, so
/// that neither insertions nor deletions before it move anything.
/// </summary>
/// <param name="Type">The number of the resource's type among those that the query is about.</param>
/// <param name="RowId">The internal id: the order where none is asked for.</param>
/// <param name="ScimId">The id that clients know, by which equal ones are ordered; null where the query asks for no order.</param>
/// <param name="Key">What the resource is sorted by, as the database gives it; null where it has no value.</param>
internal sealed record PagePlace(int Type, long RowId, string? ScimId = null, object? Key = null)
{
    /// <summary>Texts to sort by that are longer, in UTF-16 code units, are not carried around.</summary>
    public const int LongestKey = 1024;

    /// <summary>In the place of <see cref="Key"/>, the hash of one that is too long: it must be looked up.</summary>
    public byte[]? KeyHash { get; init; }

    /// <summary>Whether the key is too long to be carried around.</summary>
    public bool HasLongKey => Key is string { Length: > LongestKey };

    /// <summary>The hash of a text to sort by.</summary>
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>
    /// Compares two places in the order of one query; negative if this one comes first. It is the order of
    /// <see cref="Rollcall.Scim.Sorting.ResourceSort"/>, over values as the database gives them.
    /// </summary>
    /// <param name="other">The other place, with its key.</param>
    /// <param name="descending">Whether the query sorts from the greatest.</param>
    public int CompareTo(PagePlace other, bool descending)
    {
        if (ScimId is null)
            return Type == other.Type ? RowId.CompareTo(other.RowId) : Type.CompareTo(other.Type);
        var order = Compare(Key, other.Key);
        if (order == 0)
            return ScimText.Compare(ScimId, other.ScimId!);
        return descending ? -order : order;
    }

    private static int Compare(object? left, object? right) => (left, right) switch
    {
        (null, null) => 0,
        (null, _) => 1,
        (_, null) => -1,
        (string a, string b) => ScimText.Compare(a, b),
        (long a, long b) => a.CompareTo(b),
        (bool a, bool b) => a.CompareTo(b),
        _ => Convert.ToDouble(left, System.Globalization.CultureInfo.InvariantCulture).CompareTo(Convert.ToDouble(right, System.Globalization.CultureInfo.InvariantCulture)),
    };
}
