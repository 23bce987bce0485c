using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Data;
using Rollcall.Governance.Aggregation;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Api;

/// <summary><c>/api/v1/tasks</c> and <c>/api/v1/results</c>: aggregations that wait, run, and have ended.</summary>
internal sealed class TasksApi(Database database, TaskRunner runner, TimeProvider clock)
{
    private const string OnlyAdministrators = "Only the administrator runs aggregations.";

    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/tasks", (RequestDelegate)CreateAsync)
            .Describe("createTask", "Aggregates the groups, or the accounts, of an application. It runs in the background; one of a kind at a time for an application.")
            .Takes<NewTask>().Answers<TaskView>(StatusCodes.Status201Created);
        Filters(api.MapGet("/tasks", (RequestDelegate)(http => ListAsync(http, finished: null)))
            .Describe("listTasks", "Tasks, newest first."));
        Filters(api.MapGet("/results", (RequestDelegate)(http => ListAsync(http, finished: true)))
            .Describe("listResults", "Tasks that have ended, newest first."));
        api.MapGet("/tasks/{id}", (RequestDelegate)ShowAsync)
            .Describe("showTask", "A task: how far it has come, or how it ended.")
            .Answers<TaskView>();
        api.MapPost("/tasks/{id}/cancel", (RequestDelegate)CancelAsync)
            .Describe("cancelTask", "Stops a task. What it wrote stays; nothing more is marked as gone.")
            .Answers<TaskView>();
    }

    /// <param name="Kind">What to do.</param>
    /// <param name="Application">For which application, by its name.</param>
    /// <param name="Accept">Whether it may mark more as gone than the application's limit, after it has asked.</param>
    private sealed record NewTask(TaskKind Kind, string Application, bool Accept = false);

    /// <summary>A task.</summary>
    private sealed record TaskView
    {
        /// <summary>The id.</summary>
        public required long Id { get; init; }

        /// <summary>What it does.</summary>
        public required TaskKind Kind { get; init; }

        /// <summary>The application's name.</summary>
        public required string Application { get; init; }

        /// <summary>How far it has come.</summary>
        public required TaskState State { get; init; }

        /// <summary>What there is to say of that.</summary>
        public string? Message { get; init; }

        /// <summary>Resources read.</summary>
        public required long Read { get; init; }

        /// <summary>How many there are, where the server tells.</summary>
        public long? Expected { get; init; }

        /// <summary>Seconds until all are read, at the speed until now.</summary>
        public long? RemainingSeconds { get; init; }

        /// <summary>Those that were new.</summary>
        public required long Created { get; init; }

        /// <summary>Those that had changed.</summary>
        public required long Updated { get; init; }

        /// <summary>Those that were as before.</summary>
        public required long Unchanged { get; init; }

        /// <summary>Those that are no longer there.</summary>
        public required long Removed { get; init; }

        /// <summary>What somebody should see to.</summary>
        public required IReadOnlyList<TaskProblem> Problems { get; init; }

        /// <summary>Whether it may mark more as gone than the application's limit.</summary>
        public required bool Accept { get; init; }

        /// <summary>Who asked for it.</summary>
        public required string RequestedBy { get; init; }

        /// <summary>When it was asked for.</summary>
        public required DateTimeOffset CreatedAt { get; init; }

        /// <summary>When it began.</summary>
        public DateTimeOffset? StartedAt { get; init; }

        /// <summary>When it ended.</summary>
        public DateTimeOffset? FinishedAt { get; init; }
    }

    private static void Filters(IEndpointConventionBuilder endpoint) => endpoint.AnswersPage<TaskView>()
        .TakesQuery("application", "Only those of this application.")
        .TakesQuery("kind", "Only these: aggregateGroups or aggregateAccounts.", typeof(TaskKind))
        .TakesQuery("state", "Only those in this state.", typeof(TaskState));

    private async Task CreateAsync(HttpContext http)
    {
        GovernanceRequest.RefuseActing(http, OnlyAdministrators);
        var given = await ApiRequest.ReadJsonAsync<NewTask>(http, http.RequestAborted);
        var change = GovernanceRequest.Change(http);
        var task = await database.WriteAsync(async session =>
        {
            var applicationId = await GovernanceRequest.ApplicationIdAsync(session, given.Application);
            return await TaskStore.CreateAsync(session, change, given.Kind, applicationId!.Value, given.Accept);
        }, change.Key);
        runner.Wake();
        await ApiJson.WriteAsync(http, View(task), StatusCodes.Status201Created);
    }

    private async Task ListAsync(HttpContext http, bool? finished)
    {
        var page = ApiPageRequest.Read(http.Request);
        var query = new QueryParameters(http.Request.Query);
        var (application, kind, state) = (query.Text("application"), GovernanceRequest.Word<TaskKind>(query, "kind"), GovernanceRequest.Word<TaskState>(query, "state"));
        query.RefuseOthers("count", "cursor");
        var tasks = await database.ReadAsync(async session =>
        {
            var applicationId = await GovernanceRequest.ApplicationIdAsync(session, application);
            return await TaskStore.PageAsync(session, new TaskFilter(applicationId, kind, state, finished), GovernanceRequest.NumberOf(page), page.CountToRead);
        });
        await ApiJson.WriteAsync(http, page.PageOf([.. tasks.Select(View)], view => view.Id.ToString(CultureInfo.InvariantCulture)));
    }

    private async Task ShowAsync(HttpContext http) =>
        await ApiJson.WriteAsync(http, View(await database.ReadAsync(session => FindAsync(session, http))));

    private async Task CancelAsync(HttpContext http)
    {
        GovernanceRequest.RefuseActing(http, OnlyAdministrators);
        var change = GovernanceRequest.Change(http);
        var task = await database.WriteAsync(async session =>
        {
            var current = await FindAsync(session, http);
            if (!await TaskStore.CancelAsync(session, change, current))
                throw ApiException.Conflict($"Task {current.Id} has ended: {JsonNamingPolicy.CamelCase.ConvertName(current.State.ToString())}. There is nothing to cancel.");
            return await FindAsync(session, http);
        }, change.Key);
        runner.Wake();
        await ApiJson.WriteAsync(http, View(task));
    }

    private static async ValueTask<AggregationTask> FindAsync(Session session, HttpContext http) =>
        await TaskStore.FindAsync(session, GovernanceRequest.RouteNumber(http, "task")) ?? throw ApiException.NotFound($"There is no task {http.Route("id").Truncate()}.");

    private TaskView View(AggregationTask task) => new()
    {
        Id = task.Id,
        Kind = task.Kind,
        Application = task.ApplicationName,
        State = task.State,
        Message = task.Message,
        Read = task.Counts.Read,
        Expected = task.Expected,
        RemainingSeconds = Remaining(task),
        Created = task.Counts.Created,
        Updated = task.Counts.Updated,
        Unchanged = task.Counts.Unchanged,
        Removed = task.Counts.Removed,
        Problems = task.Problems,
        Accept = task.Accept,
        RequestedBy = task.Actor.Identity ?? task.Actor.User,
        CreatedAt = DatabaseTime.ToTime(task.Created),
        StartedAt = DatabaseTime.ToTime(task.Started),
        FinishedAt = DatabaseTime.ToTime(task.Finished),
    };

    private long? Remaining(AggregationTask task)
    {
        if (task is not { State: TaskState.Running, Expected: { } expected, Started: { } started, Counts.Read: > 0 })
            return null;
        var elapsed = DatabaseTime.Of(clock.GetUtcNow()) - started;
        return Math.Max(0, (long)Math.Ceiling(elapsed / 1e6 * (expected - task.Counts.Read) / task.Counts.Read));
    }
}
