namespace Rollcall.Testing.Histories;

/// <summary>
/// Many clients that work on few Groups at the same time, each doing one thing after the other, at random: what they did
/// is in a <see cref="History"/> afterwards.
/// </summary>
/// <param name="connect">Makes the HTTP client of the client of that number; its base address is the SCIM base URL.</param>
/// <param name="seed">Where the dice begin.</param>
public sealed class Storm(Func<int, HttpClient> connect, int seed)
{
    private readonly List<(string Id, string Title)> _lists = [];
    private string[] _users = [];

    /// <summary>How many clients there are.</summary>
    public int Clients { get; init; } = 32;

    /// <summary>Whether Users are deleted and made again.</summary>
    public bool DeletesUsers { get; init; } = true;

    /// <summary>What the clients did.</summary>
    public History History { get; } = new();

    /// <summary>A client of its own that records into the same history.</summary>
    public RecordingClient Record(HttpClient http) => new(http, History, Clients + 1);

    /// <summary>Reads the Groups as they are and makes Users; before the storm begins.</summary>
    /// <param name="lists">The ids and names of the Groups.</param>
    /// <param name="users">How many Users to make.</param>
    public async Task PrepareAsync(IEnumerable<(string Id, string Title)> lists, int users)
    {
        using var http = connect(0);
        var client = new RecordingClient(http, new History(), 0);
        foreach (var list in lists)
        {
            var found = await client.ReadListAsync(list.Id).ConfigureAwait(false);
            History.BeginList(list.Id, found.Revision!.Value, found.Seen!);
            _lists.Add(list);
        }
        _users = new string[users];
        for (var i = 0; i < users; i++)
        {
            _users[i] = (await client.CreateUserAsync(UserName(i)).ConfigureAwait(false)).Target;
            History.BeginUser(_users[i], 1, []);
        }
    }

    /// <summary>Lets the clients work until told to stop, or until each has got no answer once.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(Enumerable.Range(1, Clients).Select(number => Task.Run(() => WorkAsync(number, int.MaxValue, stop), CancellationToken.None)));

    /// <summary>Lets each client do so many things.</summary>
    public Task RunAsync(int operations) =>
        Task.WhenAll(Enumerable.Range(1, Clients).Select(number => Task.Run(() => WorkAsync(number, operations, CancellationToken.None))));

    private async Task WorkAsync(int number, int operations, CancellationToken stop)
    {
        using var http = connect(number);
        var worker = new Worker(this, new RecordingClient(http, History, number), new Random(seed + number));
        for (var i = 0; i < operations && !stop.IsCancellationRequested; i++)
        {
            if (!await worker.StepAsync().ConfigureAwait(false))
                return;
        }
    }

    private static string UserName(int i) => $"storm-{i}@example.com";

    /// <summary>One client, with what it remembers.</summary>
    private sealed class Worker(Storm storm, RecordingClient client, Random dice)
    {
        private readonly Dictionary<string, long> _known = new(StringComparer.Ordinal);

        /// <summary>Does one thing; false if no answer came.</summary>
        public async Task<bool> StepAsync()
        {
            var list = storm._lists[dice.Next(storm._lists.Count)];
            var known = _known.TryGetValue(list.Id, out var revision) ? revision : (long?)null;
            var operation = await (dice.Next(100) switch
            {
                < 22 => client.PatchMembersAsync(list.Id, Some(3), []),
                < 40 => client.PatchMembersAsync(list.Id, [], Some(3)),
                < 47 => PatchBothAsync(list.Id),
                < 57 => client.PatchMembersAsync(list.Id, Some(2), [], known),
                < 64 => client.ReplaceMembersAsync(list.Id, list.Title, Some(8), known),
                < 70 => client.ReplaceMembersAsync(list.Id, list.Title, Some(8)),
                < 76 => client.ReadListAsync(list.Id),
                < 82 => client.ReadListAsync(list.Id, known),
                < 88 => client.ReadUserAsync(User()),
                < 96 => ReadUserAgainAsync(),
                _ => storm.DeletesUsers ? DeleteAndCreateAsync() : client.ReadUserAsync(User()),
            }).ConfigureAwait(false);
            if (operation.Revision is { } found)
                _known[operation.Target] = found;
            return operation.Status is not null;
        }

        private Task<Operation> PatchBothAsync(string list)
        {
            var users = Some(4);
            return client.PatchMembersAsync(list, [.. users.Take(users.Count / 2)], [.. users.Skip(users.Count / 2)]);
        }

        private Task<Operation> ReadUserAgainAsync()
        {
            var user = User();
            return client.ReadUserAsync(user, _known.TryGetValue(user, out var revision) ? revision : null);
        }

        private async Task<Operation> DeleteAndCreateAsync()
        {
            var slot = dice.Next(storm._users.Length);
            var deleted = await client.DeleteUserAsync(storm._users[slot]).ConfigureAwait(false);
            if (!deleted.IsAcknowledged)
                return deleted;
            var created = await client.CreateUserAsync(UserName(slot)).ConfigureAwait(false);
            if (created.IsAcknowledged)
                Volatile.Write(ref storm._users[slot], created.Target);
            return created;
        }

        private string User() => Volatile.Read(ref storm._users[dice.Next(storm._users.Length)]);

        private List<string> Some(int atMost) => [.. Enumerable.Range(0, dice.Next(1, atMost + 1)).Select(_ => User()).Distinct(StringComparer.Ordinal)];
    }
}
