using System.Globalization;
using Rollcall.Data;
using Rollcall.Governance.Applications;
using Rollcall.Scim.Client;

namespace Rollcall.Governance.Aggregation;

/// <summary>How a run ended.</summary>
/// <param name="State">The state that the task ends with.</param>
/// <param name="Message">What there is to say of it, or null.</param>
internal sealed record RunEnding(TaskState State, string? Message = null);

/// <summary>
/// One run over the resources of an application's server. It holds a page, fetches the next one meanwhile, and writes in chunks, each with the
/// place where the run goes on, so that it may be interrupted anywhere:
/// 1. read the server's list, and write what is new or has another version (<see cref="ReadAsync"/>);
/// 2. mark what was not seen as gone, unless it is too much or the list moved (<see cref="MarkAsync"/>);
/// 3. what else a kind of resources needs (<see cref="CompleteAsync"/>).
/// </summary>
internal abstract class AggregationRun(AggregationContext context)
{
    /// <summary>The most rows that one transaction writes, so that others who wait for the database wait shortly.</summary>
    public const int ChunkSize = 500;

    // However small an application is, so many may vanish without anybody being asked.
    private const int AlwaysMayVanish = 10;

    private const int MostRestarts = 3;
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    private TaskPosition _position = context.Task.Position ?? new TaskPosition { Began = context.Now };

    /// <summary>What the run works with.</summary>
    protected AggregationContext Context => context;

    /// <summary>Where the run is.</summary>
    protected TaskPosition Position => _position;

    /// <summary>The endpoint, such as <c>/Users</c>.</summary>
    protected abstract string Endpoint { get; }

    /// <summary>The table of the resources; that of their sightings is named after it.</summary>
    protected abstract ResourceTable Table { get; }

    /// <summary>What to ask for.</summary>
    protected abstract ScimListRequest Request { get; }

    /// <summary>Runs to the end, from where the task was left.</summary>
    /// <exception cref="ScimClientException">The server could not be read to the end.</exception>
    /// <exception cref="LeaseLostException">The task is no longer this run's.</exception>
    public async Task<RunEnding> RunAsync(CancellationToken cancellationToken)
    {
        if (_position.Phase == TaskPhase.Reading)
        {
            await ReadAsync(cancellationToken);
        }
        if (_position.Phase == TaskPhase.Marking)
        {
            if (await MarkAsync(cancellationToken) is { } question)
                return question;
            await AdvanceAsync(default, _position with { Phase = TaskPhase.Correlating, After = 0 });
        }
        await CompleteAsync(cancellationToken);
        return new RunEnding(TaskState.Completed);
    }

    /// <summary>Prepares to write resources that are new or have changed: reads what is needed.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="resources">The resources, at most <see cref="ChunkSize"/>, with their ids in the database where they have one.</param>
    /// <returns>Writes them, and tells their ids in the database. It may be run again.</returns>
    protected abstract ValueTask<Func<WriteSession, ValueTask<IReadOnlyList<long>>>> PrepareAsync(Session session, IReadOnlyList<ReadResource> resources);

    /// <summary>Takes note of what a resource tells besides what is written.</summary>
    protected virtual TaskPosition Note(TaskPosition position, ScimResource resource) => position;

    /// <summary>Does what remains when all is read.</summary>
    protected virtual Task CompleteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Writes how far the run has come.</summary>
    /// <param name="more">What was counted since the last time.</param>
    /// <param name="next">Where the run is now.</param>
    /// <param name="write">What to write along with it.</param>
    /// <param name="expected">How many resources the server says there are, where it does.</param>
    protected async Task AdvanceAsync(TaskCounts more, TaskPosition next, Func<WriteSession, ValueTask>? write = null, long? expected = null)
    {
        await context.Database.WriteAsync(async session =>
        {
            await TaskStore.AdvanceAsync(session, context.Lease, more, expected, next, context.Problems.All);
            if (write is not null)
                await write(session);
            return true;
        });
        _position = next;
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        for (var restarts = 0; ; restarts++)
        {
            try
            {
                await WalkAsync(cancellationToken);
                return;
            }
            catch (ScimClientException expired) when (IsCursorRefused(expired) && _position.At is not null && restarts < MostRestarts)
            {
                // What was seen in the walk before is not counted again, but only this walk tells what is there.
                var page = _position.Page + 1;
                _position = new TaskPosition { Page = page, FirstPage = page, Began = context.Now, HasGroups = _position.HasGroups };
            }
        }
    }

    private static bool IsCursorRefused(ScimClientException fault) =>
        fault.Status == 400 && fault.ScimType is { } type && (type.Equals("expiredCursor", StringComparison.OrdinalIgnoreCase) || type.Equals("invalidCursor", StringComparison.OrdinalIgnoreCase));

    private async Task WalkAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var isByIndex = await IsByIndexAsync(ending.Token);
        // A walk by index goes on with the last resource of the page before: if another stands there now, the list moved.
        var overlap = _position is { At.Cursor: null, LastId: not null } ? _position.LastId : null;
        var from = overlap is null ? _position.At : _position.At! with { StartIndex = _position.At.StartIndex - 1 };
        await using var pages = context.Client.PagesAsync(Endpoint, Request with { From = from }, ending.Token).GetAsyncEnumerator(ending.Token);
        var asked = context.Now;
        var fetching = pages.MoveNextAsync().AsTask();
        try
        {
            while (await BeatingAsync(fetching, ending.Token))
            {
                // The next page is fetched while this one is written.
                var (page, askedForPage) = (pages.Current, asked);
                asked = context.Now;
                fetching = pages.MoveNextAsync().AsTask();
                var overlaps = overlap is not null && page.Resources is [{ } first, ..] && first.Id == overlap;
                _position = _position with { HasShifted = _position.HasShifted || page.HasShifted || (overlap is not null && !overlaps) };
                await WritePageAsync(page, overlaps ? 1 : 0, isByIndex, askedForPage);
                overlap = null;
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            // The pages can't be disposed of while the next one is waited for.
            await ending.CancelAsync();
            await ((Task)fetching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The position at the end of a walk.</summary>
    private TaskPosition End(TaskPosition last, long? total, bool isByIndex)
    {
        var end = last with { Phase = TaskPhase.Marking, At = null, LastId = null };
        // A walk by cursor may pass resources that are made or deleted meanwhile; one that finds nothing at all has no such excuse.
        if (total is not { } told || end.Seen >= told || !(isByIndex || end.Seen == 0))
            return end;
        context.Problems.Add(
            "The server's list has fewer resources than its totalResults says.",
            string.Create(CultureInfo.InvariantCulture, $"It says {told:N0}, and showed {end.Seen:N0} different ones. Check its paging: each resource stands on one page, in a fixed order (RFC 7644 §3.4.2.4)."));
        return end with { HasShifted = true };
    }

    private async ValueTask<bool> IsByIndexAsync(CancellationToken cancellationToken) => context.Client.Options.Paging switch
    {
        PagingMethod.Index => true,
        PagingMethod.Cursor => false,
        _ => !(await context.Client.ServiceProviderAsync(cancellationToken)).SupportsCursor,
    };

    /// <summary>Waits for the next page, with a sign of life now and then.</summary>
    private async Task<bool> BeatingAsync(Task<bool> fetching, CancellationToken cancellationToken)
    {
        while (!fetching.IsCompleted)
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var beat = Task.Delay(Heartbeat, context.Clock, waiting.Token);
            if (await Task.WhenAny(fetching, beat) == fetching || !beat.IsCompletedSuccessfully)
            {
                await waiting.CancelAsync();
                break;
            }
            await context.Database.WriteAsync(async session =>
            {
                await TaskStore.KeepAsync(session, context.Lease);
                return true;
            });
        }
        return await fetching;
    }

    /// <summary>Writes a page, chunk by chunk.</summary>
    private async Task WritePageAsync(ScimPage page, int skipped, bool isByIndex, long asked)
    {
        var resources = new Dictionary<string, ScimResource>(page.Resources.Count, StringComparer.Ordinal);
        List<string> doubled = [];
        foreach (var resource in page.Resources.Skip(skipped))
        {
            if (!resources.TryAdd(resource.Id, resource))
                doubled.Add(resource.Id);
        }
        NoteDoubled(doubled);
        var after = _position with { At = page.Next, Page = _position.Page + 1, LastId = page.Resources is [.., { } last] ? last.Id : _position.LastId };
        ScimResource[][] chunks = resources.Count == 0 ? [[]] : [.. resources.Values.Chunk(ChunkSize)];
        for (var i = 0; i < chunks.Length; i++)
            await WriteChunkAsync(chunks[i], isByIndex, asked, page.TotalResults, i == chunks.Length - 1 ? after : _position, isLast: i == chunks.Length - 1 && page.Next is null);
    }

    private async Task WriteChunkAsync(ScimResource[] chunk, bool isByIndex, long asked, long? total, TaskPosition after, bool isLast)
    {
        // 1. Compare with what is known, and read what the changes need.
        var (sorted, save) = await context.Database.ReadAsync(async session =>
        {
            var read = await SortAsync(session, chunk, asked);
            return (read, read.Changed.Count == 0 ? null : await PrepareAsync(session, read.Changed));
        });

        // 2. Whatever stands in the list twice counts once. In a walk by index it tells that the list moved.
        NoteDoubled(sorted.Doubled);
        var next = after with { Seen = _position.Seen + sorted.Seen, HasShifted = _position.HasShifted || (isByIndex && sorted.Doubled.Count > 0), HasGroups = _position.HasGroups };
        foreach (var resource in chunk)
            next = Note(next, resource);
        if (isLast)
            next = End(next, total, isByIndex);

        // 3. One transaction: the changes, what was seen, and where to go on.
        var page = _position.Page;
        await AdvanceAsync(sorted.Counts, next, async session =>
        {
            var written = save is null ? [] : await save(session);
            await Table.SeeAsync(session, context.Application.Id, context.Task.Id, page, [.. sorted.Unchanged, .. written]);
        }, total);
    }

    private void NoteDoubled(IReadOnlyList<string> ids)
    {
        if (ids.Count > 0)
            context.Problems.Add("The server's list shows resources twice.", "Each was counted once. A list that changes while it is read by index may do so; otherwise check the server's paging (RFC 7644 §3.4.2.4).", ids);
    }

    /// <summary>Sorts resources by what is to be done about them.</summary>
    private async ValueTask<SortedChunk> SortAsync(Session session, ScimResource[] chunk, long asked)
    {
        var known = await Table.FindAsync(session, context.Application.Id, chunk);
        var sorted = new SortedChunk();
        foreach (var resource in chunk)
        {
            var row = known.GetValueOrDefault(resource.Id);
            var isOfThisRun = row is not null && row.TaskId == context.Task.Id;
            if (isOfThisRun && row!.Page >= _position.FirstPage)
            {
                // That of this very page was written before an interruption.
                if (row.Page != _position.Page)
                    sorted.Doubled.Add(resource.Id);
                continue;
            }
            sorted.Add(resource, row, hasChanged: row is null || row.IsGone || (row.Refreshed <= asked && !ResourceTable.IsSame(row, resource)), isCounted: !isOfThisRun);
        }
        return sorted;
    }

    private async Task<RunEnding?> MarkAsync(CancellationToken cancellationToken)
    {
        var (applicationId, limit) = (context.Application.Id, context.Application.Definition.VanishedLimit);
        if (_position.HasShifted)
        {
            context.Problems.Add(
                "The list changed while it was read, so that resources may have been passed over. Nothing was marked as gone.",
                "Run the aggregation again at a quieter time. A server that offers cursors (RFC 9865) has no such trouble.");
            return null;
        }
        var (present, missing) = await context.Database.ReadAsync(async session =>
            (await Table.CountAsync(session, applicationId), await Table.CountMissingAsync(session, applicationId, context.Task.Id, _position)));
        var before = present - (await context.Database.ReadAsync(session => TaskStore.FindAsync(session, context.Task.Id)))?.Counts.Created ?? 0;
        var most = Math.Max(AlwaysMayVanish, before * limit / 100);
        if (missing > most && !context.Task.Accept)
        {
            return new RunEnding(TaskState.Asks, string.Create(CultureInfo.InvariantCulture,
                $"{missing:N0} of {before:N0} {Table.Name} are no longer on the server: more than the limit of {limit} % and {AlwaysMayVanish}. None was marked as gone. If they are to go, run it again with --accept; if not, look at the server and at the application's filter."));
        }
        while (await context.Database.ReadAsync(session => Table.MissingAsync(session, applicationId, context.Task.Id, _position, ChunkSize)) is { Count: > 0 } gone)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await AdvanceAsync(new TaskCounts(0, 0, 0, 0, gone.Count), _position with { After = gone[^1] }, session => Table.MarkAsync(session, applicationId, gone));
        }
        return null;
    }

    /// <summary>What is to be done about the resources of a chunk.</summary>
    private sealed class SortedChunk
    {
        public List<ReadResource> Changed { get; } = [];

        public List<long> Unchanged { get; } = [];

        public List<string> Doubled { get; } = [];

        public long Seen { get; private set; }

        public TaskCounts Counts { get; private set; }

        public void Add(ScimResource resource, KnownResource? known, bool hasChanged, bool isCounted)
        {
            Seen++;
            if (hasChanged)
                Changed.Add(new ReadResource(resource, known?.Id));
            else
                Unchanged.Add(known!.Id);
            if (isCounted)
            {
                var one = Counts;
                Counts = new TaskCounts(one.Read + 1, one.Created + (known is null ? 1 : 0), one.Updated + (known is not null && hasChanged ? 1 : 0), one.Unchanged + (hasChanged ? 0 : 1), 0);
            }
        }
    }
}

/// <summary>A resource that is new or has changed.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Id">Its id in the database; null for a new one.</param>
internal sealed record ReadResource(ScimResource Resource, long? Id);

/// <summary>What a run works with.</summary>
internal sealed record AggregationContext(Database Database, ScimClient Client, Application Application, AggregationTask Task, TaskLease Lease, TaskProblems Problems, TimeProvider Clock)
{
    /// <summary>The time, as the database keeps it.</summary>
    public long Now => DatabaseTime.Of(Clock.GetUtcNow());
}
