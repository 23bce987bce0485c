using System.Buffers;
using System.Text;

namespace Rollcall.Access.Scim;

/// <summary>
/// Pooled memory that a response is put together in before its first byte is sent, so that a slow client holds neither
/// a transaction nor a connection. It grows by chunks: what was written stays where it is, however much follows.
/// </summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private const int FirstChunk = 4 * 1024;
    private const int LargestChunk = 64 * 1024;

    private readonly Chunk _first;
    private Chunk _last;
    private int _used;

    public PooledBuffer()
    {
        _first = _last = new Chunk(FirstChunk, 0);
    }

    /// <summary>What was written so far; valid until the next write or disposal.</summary>
    public ReadOnlySequence<byte> Written => new(_first, 0, _last, _used);

    /// <summary>How many bytes were written so far.</summary>
    public long Length => _last.RunningIndex + _used;

    /// <summary>Where the next byte will be written, or that which follows it where chunks end: a bound for <see cref="Slice"/>.</summary>
    public SequencePosition Position => new(_last, _used);

    /// <summary>What was written between two positions.</summary>
    public static ReadOnlySequence<byte> Slice(SequencePosition start, SequencePosition end) =>
        new((Chunk)start.GetObject()!, start.GetInteger(), (Chunk)end.GetObject()!, end.GetInteger());

    public void Advance(int count) => _used += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _last.Bytes.AsMemory(_used);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _last.Bytes.AsSpan(_used);
    }

    /// <summary>Adds bytes as they are.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Advance(bytes.Length);
    }

    /// <summary>Adds text in UTF-8, as it is.</summary>
    public void Add(string text) => Advance(Encoding.UTF8.GetBytes(text, GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));

    /// <summary>Adds a number in decimal digits.</summary>
    public void Add(long number)
    {
        number.TryFormat(GetSpan(20), out var length, provider: System.Globalization.CultureInfo.InvariantCulture);
        Advance(length);
    }

    public void Dispose()
    {
        for (var chunk = _first; chunk is not null; chunk = (Chunk?)chunk.Next)
            chunk.Return();
    }

    private void Grow(int sizeHint)
    {
        var needed = Math.Max(sizeHint, 1);
        if (needed <= _last.Bytes.Length - _used)
            return;
        var next = new Chunk(Math.Max(needed, Math.Min(_last.Bytes.Length * 2, LargestChunk)), _last.RunningIndex + _used);
        _last.End(_used, next);
        (_last, _used) = (next, 0);
    }

    private sealed class Chunk : ReadOnlySequenceSegment<byte>
    {
        public Chunk(int size, long runningIndex)
        {
            Bytes = ArrayPool<byte>.Shared.Rent(size);
            Memory = Bytes;
            RunningIndex = runningIndex;
        }

        public byte[] Bytes { get; private set; }

        public void End(int used, Chunk next)
        {
            Memory = Bytes.AsMemory(0, used);
            Next = next;
        }

        public void Return()
        {
            ArrayPool<byte>.Shared.Return(Bytes);
            Bytes = [];
            Memory = default;
        }
    }
}
