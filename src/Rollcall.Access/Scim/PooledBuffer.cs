using System.Buffers;
using System.Text;

namespace Rollcall.Access.Scim;

/// <summary>
/// Pooled memory that a response is put together in before its first byte is sent, so that a slow client holds neither
/// a transaction nor a connection.
/// </summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private byte[] _bytes;
    private int _written;

    public PooledBuffer(int capacity = 4096)
    {
        _bytes = ArrayPool<byte>.Shared.Rent(capacity);
    }

    /// <summary>What was written so far; valid until the next write or disposal.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _written);

    /// <summary>How many bytes were written so far.</summary>
    public int Length => _written;

    public void Advance(int count) => _written += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsMemory(_written);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsSpan(_written);
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
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private void Grow(int sizeHint)
    {
        var needed = _written + Math.Max(sizeHint, 1);
        if (needed <= _bytes.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _bytes.Length * 2));
        _bytes.AsSpan(0, _written).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
