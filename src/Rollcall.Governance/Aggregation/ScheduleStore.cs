using System.Data.Common;
using Rollcall.Data;
using Rollcall.Governance.Audit;

namespace Rollcall.Governance.Aggregation;

/// <summary>Schedules in the database.</summary>
public static class ScheduleStore
{
    // More than this many at once come from a server that was away for long: the rest follows at once.
    private const int DueTogether = 100;

    private const string Select =
        """
        select s.id, s.name, s.kind, s.application_id, a.name, s.cron, s.time_zone, s.enabled, s.next_at, s.last_at, s.last_task_id, s.revision
          from schedules s join applications a on a.id = s.application_id
        """;

    /// <summary>A schedule; null if there is none.</summary>
    public static ValueTask<Schedule?> FindAsync(Session session, string name) => session.FirstAsync($"{Select} where s.name = $1", Map, name);

    /// <summary>Schedules by name.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="applicationId">Whose; null for all.</param>
    /// <param name="after">The last name of the page before; null for the first page.</param>
    /// <param name="count">The most to return.</param>
    public static ValueTask<List<Schedule>> PageAsync(Session session, long? applicationId, string? after, int count)
    {
        var conditions = new Conditions().AddEqual("s.application_id", applicationId);
        conditions.Add($"s.name > {conditions.Value(after ?? "")}");
        return session.ListAsync($"{Select} {conditions.Where} order by s.name limit {conditions.Value(count)}", Map, conditions.Arguments);
    }

    /// <summary>Makes a schedule.</summary>
    /// <exception cref="UniqueViolationException">The name is taken.</exception>
    public static async ValueTask<Schedule> CreateAsync(WriteSession session, Change change, string name, long applicationId, ScheduleSetting setting)
    {
        await session.ExecuteAsync(
            "insert into schedules (name, kind, application_id, cron, time_zone, enabled, next_at, revision) values ($1, $2, $3, $4, $5, $6, $7, 1)",
            name, setting.Kind.ToString(), applicationId, setting.Cron, setting.TimeZone, setting.Enabled, NextAfter(session, setting));
        var made = (await FindAsync(session, name))!;
        await AuditAsync(session, change, "schedule.create", made);
        return made;
    }

    /// <summary>Changes a schedule. Its next time is worked out from now.</summary>
    public static async ValueTask<Schedule> UpdateAsync(WriteSession session, Change change, Schedule current, ScheduleSetting setting)
    {
        if (SettingOf(current) == setting)
            return current;
        await session.ExecuteAsync(
            "update schedules set kind = $2, cron = $3, time_zone = $4, enabled = $5, next_at = $6, revision = revision + 1 where id = $1",
            current.Id, setting.Kind.ToString(), setting.Cron, setting.TimeZone, setting.Enabled, NextAfter(session, setting));
        var saved = (await FindAsync(session, current.Name))!;
        await AuditAsync(session, change, "schedule.update", saved);
        return saved;
    }

    /// <summary>Deletes a schedule. Tasks that it began go on.</summary>
    public static async ValueTask DeleteAsync(WriteSession session, Change change, Schedule schedule)
    {
        await session.ExecuteAsync("delete from schedules where id = $1", schedule.Id);
        await AuditAsync(session, change, "schedule.delete", schedule);
    }

    /// <summary>What is set of a schedule.</summary>
    public static ScheduleSetting SettingOf(Schedule schedule) => new(schedule.Kind, schedule.Cron, schedule.TimeZone, schedule.Enabled);

    /// <summary>Begins the tasks of schedules that are due. Times that were missed count once; while the last task of a schedule has not ended, none is added.</summary>
    internal static async Task BeginDueAsync(Database database, TimeProvider clock)
    {
        var due = await database.ReadOneAsync(session =>
            session.ListAsync($"{Select} where s.next_at <= $1 order by s.next_at limit $2", Map, DatabaseTime.Of(clock.GetUtcNow()), DueTogether));
        foreach (var schedule in due)
        {
            var change = Change.OfTheSystem(clock);
            await database.WriteAsync(session => BeginAsync(session, change, schedule));
        }
    }

    private static async ValueTask<bool> BeginAsync(WriteSession session, Change change, Schedule schedule)
    {
        // Only one of several processes finds it as it was.
        if (await session.ExecuteAsync("update schedules set next_at = $3, last_at = $4 where id = $1 and next_at = $2",
            schedule.Id, schedule.Next, NextAfter(session, SettingOf(schedule)), session.Now) == 0)
        {
            return false;
        }
        if (await session.FirstAsync("select 1 from tasks where schedule_id = $1 and finished is null limit 1", _ => true, schedule.Id))
            return false;
        var task = await TaskStore.CreateAsync(session, change, schedule.Kind, schedule.ApplicationId, accept: false, schedule.Id);
        await session.ExecuteAsync("update schedules set last_task_id = $2 where id = $1", schedule.Id, task.Id);
        return true;
    }

    private static long? NextAfter(WriteSession session, ScheduleSetting setting) =>
        setting.NextAfter(DatabaseTime.ToTime(session.Now)) is { } next ? DatabaseTime.Of(next) : null;

    private static ValueTask AuditAsync(WriteSession session, Change change, string code, Schedule schedule) => AuditLog.WriteAsync(
        session, change, code, new AuditedResource("schedule", schedule.Name, schedule.Name),
        new { kind = schedule.Kind, application = schedule.ApplicationName, cron = schedule.Cron, timeZone = schedule.TimeZone, enabled = schedule.Enabled });

    private static Schedule Map(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Name = row.GetString(1),
        Kind = Enum.Parse<TaskKind>(row.GetString(2)),
        ApplicationId = row.GetInt64(3),
        ApplicationName = row.GetString(4),
        Cron = row.GetString(5),
        TimeZone = row.GetString(6),
        Enabled = row.GetBoolean(7),
        Next = row.Number(8),
        Last = row.Number(9),
        LastTaskId = row.Number(10),
        Revision = row.GetInt64(11),
    };
}
