using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Data;
using Rollcall.Governance.Aggregation;
using Rollcall.Governance.Applications;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Api;

/// <summary><c>/api/v1/schedules</c>: tasks that are begun again and again.</summary>
internal sealed class SchedulesApi(Database database, TaskRunner runner)
{
    private const string OnlyAdministrators = "Only the administrator keeps schedules.";

    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/schedules", (RequestDelegate)CreateAsync)
            .Describe("createSchedule", "Makes a schedule: a cron expression, in a time zone. Times that are missed, because no server ran, count once.")
            .Takes<NewSchedule>().Answers<ScheduleView>(StatusCodes.Status201Created);
        api.MapGet("/schedules", (RequestDelegate)ListAsync)
            .Describe("listSchedules", "The schedules, by name, each with its next time.")
            .AnswersPage<ScheduleView>()
            .TakesQuery("application", "Only those of this application.");
        api.MapGet("/schedules/{name}", (RequestDelegate)ShowAsync)
            .Describe("showSchedule", "A schedule.")
            .Answers<ScheduleView>();
        api.MapPatch("/schedules/{name}", (RequestDelegate)UpdateAsync)
            .Describe("updateSchedule", "Changes what is given of a schedule. Its next time is worked out from now.")
            .Takes<ScheduleChange>().TakesIfMatch().Answers<ScheduleView>();
        api.MapDelete("/schedules/{name}", (RequestDelegate)DeleteAsync)
            .Describe("deleteSchedule", "Deletes a schedule. A task that it began goes on.")
            .TakesIfMatch().AnswersNothing();
    }

    private sealed record NewSchedule(string Name, TaskKind Kind, string Application, string Cron, string TimeZone = "UTC", bool Enabled = true);

    private sealed record ScheduleChange(TaskKind? Kind = null, string? Cron = null, string? TimeZone = null, bool? Enabled = null);

    /// <param name="Name">Its name.</param>
    /// <param name="Kind">What it begins.</param>
    /// <param name="Application">For which application.</param>
    /// <param name="Cron">When: minute, hour, day of the month, month, day of the week.</param>
    /// <param name="TimeZone">The time zone that this is meant in.</param>
    /// <param name="Enabled">Whether it begins anything.</param>
    /// <param name="NextAt">When it begins the next one.</param>
    /// <param name="LastAt">When it was due last.</param>
    /// <param name="LastTask">The task that it began last.</param>
    private sealed record ScheduleView(
        string Name, TaskKind Kind, string Application, string Cron, string TimeZone, bool Enabled, DateTimeOffset? NextAt, DateTimeOffset? LastAt, long? LastTask);

    private async Task CreateAsync(HttpContext http)
    {
        GovernanceRequest.RefuseActing(http, OnlyAdministrators);
        var given = await ApiRequest.ReadJsonAsync<NewSchedule>(http, http.RequestAborted);
        if (!ApplicationRules.IsName(given.Name))
            throw ApiException.Invalid("name", "The name of a schedule has 1 to 63 characters: lower-case letters, digits, '.', '_' and '-', the first a letter or digit.");
        var setting = new ScheduleSetting(given.Kind, given.Cron.Trim(), given.TimeZone, given.Enabled);
        setting.Check();
        var change = GovernanceRequest.Change(http);
        var schedule = await database.WriteAsync(async session =>
        {
            var applicationId = await GovernanceRequest.ApplicationIdAsync(session, given.Application);
            return await ScheduleStore.CreateAsync(session, change, given.Name, applicationId!.Value, setting);
        }, change.Key);
        runner.Wake();
        await ApiJson.WriteAsync(http, View(schedule), StatusCodes.Status201Created, schedule.Revision);
    }

    private async Task ListAsync(HttpContext http)
    {
        var page = ApiPageRequest.Read(http.Request);
        var query = new QueryParameters(http.Request.Query);
        var application = query.Text("application");
        query.RefuseOthers("count", "cursor");
        var schedules = await database.ReadAsync(async session =>
            await ScheduleStore.PageAsync(session, await GovernanceRequest.ApplicationIdAsync(session, application), page.After, page.CountToRead));
        await ApiJson.WriteAsync(http, page.PageOf([.. schedules.Select(View)], view => view.Name));
    }

    private async Task ShowAsync(HttpContext http)
    {
        var schedule = await database.ReadAsync(session => FindAsync(session, http));
        await ApiJson.WriteAsync(http, View(schedule), revision: schedule.Revision);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        GovernanceRequest.RefuseActing(http, OnlyAdministrators);
        var given = await ApiRequest.ReadJsonAsync<ScheduleChange>(http, http.RequestAborted);
        var change = GovernanceRequest.Change(http);
        var schedule = await database.WriteAsync(async session =>
        {
            var current = await FindAsync(session, http);
            ApiETag.CheckIfMatch(http.Request, current.Revision);
            var setting = new ScheduleSetting(given.Kind ?? current.Kind, given.Cron?.Trim() ?? current.Cron, given.TimeZone ?? current.TimeZone, given.Enabled ?? current.Enabled);
            setting.Check();
            return await ScheduleStore.UpdateAsync(session, change, current, setting);
        }, change.Key);
        runner.Wake();
        await ApiJson.WriteAsync(http, View(schedule), revision: schedule.Revision);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        GovernanceRequest.RefuseActing(http, OnlyAdministrators);
        var change = GovernanceRequest.Change(http);
        await database.WriteAsync(async session =>
        {
            var current = await FindAsync(session, http);
            ApiETag.CheckIfMatch(http.Request, current.Revision);
            await ScheduleStore.DeleteAsync(session, change, current);
            return true;
        }, change.Key);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async ValueTask<Schedule> FindAsync(Session session, HttpContext http) =>
        await ScheduleStore.FindAsync(session, http.Route("name")) ?? throw ApiException.NotFound($"There is no schedule named '{http.Route("name").Truncate()}'.");

    private static ScheduleView View(Schedule schedule) => new(
        schedule.Name, schedule.Kind, schedule.ApplicationName, schedule.Cron, schedule.TimeZone, schedule.Enabled,
        DatabaseTime.ToTime(schedule.Next), DatabaseTime.ToTime(schedule.Last), schedule.LastTaskId);
}
