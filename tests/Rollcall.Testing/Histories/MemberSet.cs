using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Rollcall.Testing.Histories;

/// <summary>A set that changes step by step and is compared with many others at each: by a sum of hashes.</summary>
internal sealed class MemberSet
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, ulong> Hashes = new(StringComparer.Ordinal);

    private readonly HashSet<string> _members;
    private ulong _hash;

    public MemberSet(IEnumerable<string> members)
    {
        _members = new HashSet<string>(members, StringComparer.Ordinal);
        _hash = Hash(_members);
    }

    public IReadOnlySet<string> Members => _members;

    public void Apply(IEnumerable<string> added, IEnumerable<string> removed)
    {
        foreach (var member in removed.Where(_members.Remove))
            _hash -= HashOf(member);
        foreach (var member in added.Where(_members.Add))
            _hash += HashOf(member);
    }

    /// <summary>Whether a list of members, each named once, is this set.</summary>
    public bool Is(IReadOnlyList<string> seen) => seen.Count == _members.Count && Hash(seen) == _hash;

    /// <summary>A member that only one of the two has; null where they are equal.</summary>
    public string? Difference(IReadOnlyList<string> seen)
    {
        var others = new HashSet<string>(seen, StringComparer.Ordinal);
        others.SymmetricExceptWith(_members);
        return others.FirstOrDefault();
    }

    private static ulong Hash(IEnumerable<string> members) => members.Aggregate(0UL, (sum, member) => sum + HashOf(member));

    private static ulong HashOf(string member) =>
        Hashes.GetOrAdd(member, static text => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
}
