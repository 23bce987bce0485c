using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Rollcall.Access.Apply;

/// <summary>
/// Remembers the last few applies, by a digest of what was asked for: whoever applies the same files every few minutes is
/// answered without taking them apart, as long as nothing has changed of what the plan rests on.
/// </summary>
internal sealed class ApplyMemory
{
    private const int Capacity = 4;

    private readonly Lock _lock = new();
    private readonly LinkedList<(string Digest, ApplyPlan Plan, IReadOnlyCollection<string> Names)> _newestFirst = new();

    /// <summary>What is asked for, in a few characters.</summary>
    public static string DigestOf(IReadOnlyList<ApplyFile> files, ApplyOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var text in files.Select(file => file.Text).Append(options.Integration ?? "").Append(options.Prune ? "prune" : ""))
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>The plan that was left when this was applied: nothing to do on its basis. Null if it is not remembered.</summary>
    public (ApplyPlan Plan, IReadOnlyCollection<string> Names)? Find(string digest)
    {
        lock (_lock)
        {
            foreach (var entry in _newestFirst)
            {
                if (entry.Digest == digest)
                    return (entry.Plan, entry.Names);
            }
            return null;
        }
    }

    /// <summary>Remembers that this was applied.</summary>
    /// <param name="digest">What was asked for.</param>
    /// <param name="done">The plan that was carried out.</param>
    /// <param name="after">What there was when it had been.</param>
    /// <param name="names">All lists that the documents name.</param>
    public void Keep(string digest, ApplyPlan done, ApplyBasis after, IReadOnlyCollection<string> names)
    {
        var left = new ApplyPlan([.. done.Lists.Where(list => list.Action != PlannedAction.Delete).Select(list => list.AsDone())], after);
        lock (_lock)
        {
            for (var node = _newestFirst.First; node is not null; node = node.Next)
            {
                if (node.Value.Digest != digest)
                    continue;
                _newestFirst.Remove(node);
                break;
            }
            _newestFirst.AddFirst((digest, left, names));
            if (_newestFirst.Count > Capacity)
                _newestFirst.RemoveLast();
        }
    }
}
