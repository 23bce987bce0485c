using System.IO.Pipelines;

namespace Rollcall.Access.Scim;

/// <summary>
/// Fills the blocks of a pipe with many small pieces: the server takes a lock for each block that it gives and takes back, and a page
/// has hundreds of pieces.
/// </summary>
/// <param name="pipe">Where the response goes.</param>
internal sealed class PipeBlocks(PipeWriter pipe)
{
    private Memory<byte> _block;
    private int _used;

    /// <summary>How many bytes were added since the last flush.</summary>
    public int Unsent { get; private set; }

    /// <summary>Adds bytes as they are.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        Unsent += bytes.Length;
        var room = _block.Span[_used..];
        while (bytes.Length > room.Length)
        {
            bytes[..room.Length].CopyTo(room);
            bytes = bytes[room.Length..];
            GiveBack(_block.Length);
            _block = pipe.GetMemory();
            room = _block.Span;
        }
        bytes.CopyTo(room);
        _used += bytes.Length;
    }

    /// <summary>Sends what was added.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        GiveBack(_used);
        Unsent = 0;
        await pipe.FlushAsync(cancellationToken);
    }

    private void GiveBack(int used)
    {
        if (used > 0)
            pipe.Advance(used);
        (_block, _used) = (default, 0);
    }
}
