using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Sockets;

namespace Rollcall.Bench.Load;

/// <summary>
/// One HTTP/1.1 connection: sends requests that lie ready and reads just as much of the answers as is needed, so that
/// the measuring takes little of the machine that is measured. Answers must have a length.
/// </summary>
internal sealed class RawConnection : IDisposable
{
    private byte[] _bytes = new byte[16 * 1024];
    private int _received;
    private int _headLength;
    private int _length;

    public RawConnection(Uri server)
    {
        Socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Socket.Connect(server.Host, server.Port);
    }

    /// <summary>The socket, to wait for several connections.</summary>
    public Socket Socket { get; }

    /// <summary>The status of the last answer.</summary>
    public int Status { get; private set; }

    /// <summary>Its status line and headers.</summary>
    public ReadOnlySpan<byte> Head => _bytes.AsSpan(0, _headLength);

    /// <summary>Its body.</summary>
    public ReadOnlySpan<byte> Body => _bytes.AsSpan(_headLength, _length - _headLength);

    /// <summary>Sends a request and waits for the answer.</summary>
    /// <returns>How long that took.</returns>
    public TimeSpan Exchange(ReadOnlyMemory<byte> request)
    {
        var start = Stopwatch.GetTimestamp();
        Send(request.Span);
        while (!Receive())
        {
        }
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Sends a request; the answer to the one before must have been received.</summary>
    public void Send(ReadOnlySpan<byte> request)
    {
        _received = _headLength = _length = 0;
        while (!request.IsEmpty)
            request = request[Socket.Send(request)..];
    }

    /// <summary>Receives what is there, or waits for something; true once the answer is complete.</summary>
    public bool Receive()
    {
        if (_received == _bytes.Length)
            Array.Resize(ref _bytes, _bytes.Length * 2);
        var count = Socket.Receive(_bytes.AsSpan(_received));
        if (count == 0)
            throw new IOException("The server closed the connection.");
        _received += count;
        if (_headLength == 0 && !ReadHead())
            return false;
        if (_bytes.Length < _length)
            Array.Resize(ref _bytes, _length);
        return _received == _length;
    }

    /// <summary>The value of a header of the last answer, or nothing.</summary>
    public ReadOnlySpan<byte> Header(ReadOnlySpan<byte> nameAndColon)
    {
        var start = Head.IndexOf(nameAndColon);
        if (start < 0)
            return default;
        var value = Head[(start + nameAndColon.Length)..];
        return value[..value.IndexOf("\r\n"u8)].Trim((byte)' ');
    }

    public void Dispose() => Socket.Dispose();

    private bool ReadHead()
    {
        var end = _bytes.AsSpan(0, _received).IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        _headLength = end + 4;
        if (!Utf8Parser.TryParse(Head["HTTP/1.1 ".Length..], out int status, out _))
            throw new IOException("The answer has no status.");
        Status = status;
        if (!Utf8Parser.TryParse(Header("\r\nContent-Length:"u8), out int bodyLength, out _) && status != 204)
            throw new IOException("The answer has no length.");
        _length = _headLength + bodyLength;
        return true;
    }
}
