using System.Data.Common;
using System.Text.Json;
using Rollcall.Data;
using Rollcall.Governance.Audit;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Aggregation;

/// <summary>A task that this process works on.</summary>
/// <param name="Id">The task.</param>
/// <param name="Fence">Grows with each lease: what was begun under an older one is not written.</param>
internal readonly record struct TaskLease(long Id, long Fence);

/// <summary>Which tasks are asked for; what is null does not count.</summary>
/// <param name="ApplicationId">Whose.</param>
/// <param name="Kind">What they do.</param>
/// <param name="State">How far they have come.</param>
/// <param name="Finished">Whether they have ended.</param>
public sealed record TaskFilter(long? ApplicationId, TaskKind? Kind, TaskState? State, bool? Finished);

/// <summary>Tasks in the database.</summary>
public static class TaskStore
{
    /// <summary>How long a lease holds without a sign of life.</summary>
    internal static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(30);

    private const string Select =
        """
        select t.id, t.kind, t.application_id, a.name, t.state, t.accept, t.expected, t.read_count, t.created_count, t.updated_count, t.unchanged_count, t.removed_count,
               t.problems, t.position, t.message, t.actor, t.schedule_id, t.created, t.started, t.finished
          from tasks t join applications a on a.id = t.application_id
        """;

    /// <summary>Asks for a run. It begins as soon as no other of its kind runs for the application; wake the <see cref="TaskRunner"/> after the commit.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="change">Who asks.</param>
    /// <param name="kind">What to do.</param>
    /// <param name="applicationId">For which application.</param>
    /// <param name="accept">Whether it may mark more as gone than the application's limit.</param>
    /// <param name="scheduleId">The schedule that begins it, or null.</param>
    public static async ValueTask<AggregationTask> CreateAsync(WriteSession session, Change change, TaskKind kind, long applicationId, bool accept, long? scheduleId = null)
    {
        var id = await session.FirstAsync(
            """
            insert into tasks (kind, application_id, state, accept, read_count, created_count, updated_count, unchanged_count, removed_count, problems, actor, schedule_id, created, fence, leased_until)
            values ($1, $2, $3, $4, 0, 0, 0, 0, 0, '[]', $5, $6, $7, 0, 0) returning id
            """,
            row => row.GetInt64(0), kind.ToString(), applicationId, nameof(TaskState.Queued), accept, change.Actor.ToJson(), scheduleId, session.Now);
        var task = (await FindAsync(session, id))!;
        await AuditLog.WriteAsync(session, change, "task.create", Resource(task), new { kind, application = task.ApplicationName, accept });
        return task;
    }

    /// <summary>A task; null if there is none.</summary>
    public static ValueTask<AggregationTask?> FindAsync(Session session, long id) => session.FirstAsync($"{Select} where t.id = $1", Map, id);

    /// <summary>Tasks, newest first.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="filter">Which ones.</param>
    /// <param name="before">Only older ones than this; null for the newest.</param>
    /// <param name="count">The most to return.</param>
    public static ValueTask<List<AggregationTask>> PageAsync(Session session, TaskFilter filter, long? before, int count)
    {
        var conditions = new Conditions().AddEqual("t.application_id", filter.ApplicationId).AddEqual("t.kind", filter.Kind?.ToString()).AddEqual("t.state", filter.State?.ToString());
        if (filter.Finished is { } finished)
            conditions.Add(finished ? "t.finished is not null" : "t.finished is null");
        if (before is { } id)
            conditions.Add($"t.id < {conditions.Value(id)}");
        return session.ListAsync($"{Select} {conditions.Where} order by t.id desc limit {conditions.Value(count)}", Map, conditions.Arguments);
    }

    /// <summary>Stops a task. What it wrote stays.</summary>
    /// <returns>False if it had ended.</returns>
    public static async ValueTask<bool> CancelAsync(WriteSession session, Change change, AggregationTask task)
    {
        if (await session.ExecuteAsync("update tasks set state = $2, finished = $3, position = null where id = $1 and finished is null", task.Id, nameof(TaskState.Cancelled), session.Now) == 0)
            return false;
        await AuditLog.WriteAsync(session, change, "task.cancel", Resource(task));
        return true;
    }

    /// <summary>How the audit log names a task.</summary>
    internal static AuditedResource Resource(AggregationTask task) => new("task", $"{task.Id}", $"{JsonNamingPolicy.CamelCase.ConvertName(task.Kind.ToString())} {task.ApplicationName}");

    /// <summary>Takes the oldest task that nobody works on and that no other of its application and kind is before.</summary>
    /// <returns>Null if there is none.</returns>
    internal static async ValueTask<(TaskLease Lease, AggregationTask Task)?> LeaseAsync(WriteSession session)
    {
        var found = await session.FirstAsync(
            """
            update tasks set state = $1, started = coalesce(started, $2), fence = fence + 1, leased_until = $3
             where id = (select t.id from tasks t
                          where t.finished is null and t.leased_until < $2
                            and not exists (select 1 from tasks o where o.finished is null and o.id < t.id and o.application_id = t.application_id and o.kind = t.kind)
                          order by t.id limit 1)
            returning id, fence
            """,
            row => (TaskLease?)new TaskLease(row.GetInt64(0), row.GetInt64(1)), nameof(TaskState.Running), session.Now, Until(session, LeaseTime));
        return found is { } lease ? (lease, (await FindAsync(session, lease.Id))!) : null;
    }

    /// <summary>Whether there may be a task to lease.</summary>
    internal static ValueTask<bool> HasWorkAsync(Session session, long now) =>
        session.FirstAsync("select 1 from tasks where finished is null and leased_until < $1 limit 1", _ => true, now);

    /// <summary>Frees the tasks that a process has left behind; those that wait as their servers asked go on waiting.</summary>
    internal static async ValueTask<bool> FreeAllAsync(WriteSession session)
    {
        await session.ExecuteAsync("update tasks set leased_until = 0 where finished is null and message is null");
        return true;
    }

    /// <summary>Keeps a lease, in the transaction of what was done under it.</summary>
    /// <exception cref="LeaseLostException">The task was cancelled, deleted, or taken by another process.</exception>
    internal static async ValueTask KeepAsync(WriteSession session, TaskLease lease)
    {
        if (await session.ExecuteAsync("update tasks set leased_until = $3 where id = $1 and fence = $2 and finished is null", lease.Id, lease.Fence, Until(session, LeaseTime)) == 0)
            throw new LeaseLostException();
    }

    /// <summary>Notes how far a run has come, and keeps its lease.</summary>
    /// <exception cref="LeaseLostException">As <see cref="KeepAsync"/>.</exception>
    internal static async ValueTask AdvanceAsync(WriteSession session, TaskLease lease, TaskCounts more, long? expected, TaskPosition position, IReadOnlyList<TaskProblem> problems)
    {
        var rows = await session.ExecuteAsync(
            """
            update tasks set leased_until = $3, expected = coalesce($4, expected), read_count = read_count + $5, created_count = created_count + $6,
                   updated_count = updated_count + $7, unchanged_count = unchanged_count + $8, removed_count = removed_count + $9, position = $10, problems = $11, message = null
             where id = $1 and fence = $2 and finished is null
            """,
            lease.Id, lease.Fence, Until(session, LeaseTime), expected, more.Read, more.Created, more.Updated, more.Unchanged, more.Removed, position.ToJson(), ToJson(problems));
        if (rows == 0)
            throw new LeaseLostException();
    }

    /// <summary>Gives a task back, to be taken up again by whoever comes first.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="after">Not before this time has passed.</param>
    /// <param name="message">What it waits for, or null.</param>
    internal static async ValueTask ReleaseAsync(WriteSession session, TaskLease lease, TimeSpan after, string? message) =>
        await session.ExecuteAsync(
            "update tasks set leased_until = $3, message = $4 where id = $1 and fence = $2 and finished is null",
            lease.Id, lease.Fence, after == TimeSpan.Zero ? 0 : Until(session, after), message);

    /// <summary>Ends a run.</summary>
    internal static async ValueTask FinishAsync(WriteSession session, Change change, TaskLease lease, TaskState state, string? message, IReadOnlyList<TaskProblem> problems)
    {
        var rows = await session.ExecuteAsync(
            "update tasks set state = $3, message = $4, problems = $5, position = null, finished = $6 where id = $1 and fence = $2 and finished is null",
            lease.Id, lease.Fence, state.ToString(), message, ToJson(problems), session.Now);
        if (rows == 0)
            throw new LeaseLostException();
        var task = (await FindAsync(session, lease.Id))!;
        var word = JsonNamingPolicy.CamelCase.ConvertName(state.ToString());
        await AuditLog.WriteAsync(session, change, "task.finish", Resource(task), new { state = word, task.Counts, problems = task.Problems.Count },
            state == TaskState.Completed ? AuditLog.Done : AuditLog.Failed);
    }

    private static long Until(WriteSession session, TimeSpan time) => session.Now + (time.Ticks / TimeSpan.TicksPerMicrosecond);

    private static string ToJson<T>(T value) => JsonSerializer.Serialize(value, ApiJson.Options);

    private static AggregationTask Map(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Kind = Enum.Parse<TaskKind>(row.GetString(1)),
        ApplicationId = row.GetInt64(2),
        ApplicationName = row.GetString(3),
        State = Enum.Parse<TaskState>(row.GetString(4)),
        Accept = row.GetBoolean(5),
        Expected = row.Number(6),
        Counts = new TaskCounts(row.GetInt64(7), row.GetInt64(8), row.GetInt64(9), row.GetInt64(10), row.GetInt64(11)),
        Problems = JsonSerializer.Deserialize<List<TaskProblem>>(row.GetString(12), ApiJson.Options)!,
        Position = row.Text(13) is { } position ? TaskPosition.Parse(position) : null,
        Message = row.Text(14),
        Actor = Actor.Parse(row.GetString(15)),
        ScheduleId = row.Number(16),
        Created = row.GetInt64(17),
        Started = row.Number(18),
        Finished = row.Number(19),
    };
}

/// <summary>A run may not write any more: its task was cancelled or deleted, or another process has it.</summary>
internal sealed class LeaseLostException() : Exception("The task is no longer this run's.");
