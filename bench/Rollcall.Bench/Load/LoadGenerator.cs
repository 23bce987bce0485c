using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Rollcall.Bench.Load;

/// <summary>
/// Clients that each send a request, wait for its answer, and send the next: one thread for all of them, since server and
/// generator share the machine.
/// </summary>
internal sealed class LoadGenerator : IDisposable
{
    private readonly Client[] _clients;
    private readonly Dictionary<Socket, Client> _bySocket;
    private readonly List<Socket> _waiting = [];

    /// <summary>Connects the clients.</summary>
    /// <param name="server">Where to.</param>
    /// <param name="requests">For each client what it sends, over and over.</param>
    public LoadGenerator(Uri server, IEnumerable<IReadOnlyList<ReadOnlyMemory<byte>>> requests)
    {
        _clients = [.. requests.Select(own => new Client(new RawConnection(server), own))];
        _bySocket = _clients.ToDictionary(client => client.Connection.Socket);
    }

    /// <summary>What is checked of every answer; it throws where the answer is not what it should be.</summary>
    public required Action<RawConnection> Check { get; init; }

    /// <summary>Makes the same clients send the same requests to a server.</summary>
    public static IEnumerable<IReadOnlyList<ReadOnlyMemory<byte>>> Clients(int count, Func<int, IReadOnlyList<ReadOnlyMemory<byte>>> requests) =>
        Enumerable.Range(0, count).Select(requests);

    /// <summary>Throws unless the status is the expected one.</summary>
    public static Action<RawConnection> Expect(int status) => connection =>
    {
        if (connection.Status != status)
            throw new InvalidOperationException($"Status {connection.Status} instead of {status}: {Encoding.UTF8.GetString(connection.Body)}");
    };

    /// <summary>Throws unless the status is the expected one and the write changed something.</summary>
    public static Action<RawConnection> ExpectChange(int status)
    {
        var expect = Expect(status);
        return connection =>
        {
            expect(connection);
            if (!connection.Header("\r\nX-Rollcall-Changed:"u8).SequenceEqual("true"u8))
                throw new InvalidOperationException("A write that should change something did not.");
        };
    }

    /// <summary>Lets all clients send for a time.</summary>
    /// <returns>Answers a second.</returns>
    public double Run(TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        var answers = 0;
        foreach (var client in _clients)
            client.SendNext();
        // What is under way when the time is over is waited for, but does not count.
        Drive(client =>
        {
            if (Stopwatch.GetElapsedTime(start) >= time)
                return false;
            answers++;
            client.SendNext();
            return true;
        });
        return answers / time.TotalSeconds;
    }

    /// <summary>Lets each client send each of its requests once.</summary>
    /// <returns>How long that took.</returns>
    public TimeSpan RunThrough()
    {
        var start = Stopwatch.GetTimestamp();
        foreach (var client in _clients)
            client.SendNext();
        Drive(client =>
        {
            if (client.IsThrough)
                return false;
            client.SendNext();
            return true;
        });
        return Stopwatch.GetElapsedTime(start);
    }

    public void Dispose()
    {
        foreach (var client in _clients)
            client.Connection.Dispose();
    }

    /// <summary>Receives answers until no client goes on.</summary>
    private void Drive(Func<Client, bool> next)
    {
        var running = _clients.Select(client => client.Connection.Socket).ToHashSet();
        while (running.Count > 0)
        {
            _waiting.Clear();
            _waiting.AddRange(running);
            Socket.Select(_waiting, null, null, -1);
            foreach (var socket in _waiting)
            {
                var client = _bySocket[socket];
                if (!client.Connection.Receive())
                    continue;
                Check(client.Connection);
                if (!next(client))
                    running.Remove(socket);
            }
        }
    }

    private sealed class Client(RawConnection connection, IReadOnlyList<ReadOnlyMemory<byte>> requests)
    {
        private int _next;

        public RawConnection Connection => connection;

        public bool IsThrough => _next == 0;

        public void SendNext()
        {
            connection.Send(requests[_next].Span);
            _next = (_next + 1) % requests.Count;
        }
    }
}
