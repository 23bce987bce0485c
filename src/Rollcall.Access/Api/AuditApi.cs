using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Access.Scim;
using Rollcall.Data;
using Rollcall.Web.Api;

namespace Rollcall.Access.Api;

/// <summary><c>/api/v1/audit</c>: who did what, who was refused, who read.</summary>
internal sealed class AuditApi(Database database, IntegrationDirectory directory, AuditWriter writer, TimeProvider clock)
{
    // As long as a filter over SCIM may take.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private static readonly string[] Kinds = ["user", "list", "integration"];

    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api) => api.MapGet("/audit", (RequestDelegate)ListAsync)
        .Describe("listAudit", "The audit log: every change and every refusal, and reads by the minute.")
        .AnswersPage<AuditView>()
        .TakesQuery("since", "Not before this time: RFC 3339, a date, or how long ago, such as 1h or 2d.")
        .TakesQuery("until", "Before this time.")
        .TakesQuery("code", "What was done, or how its code begins: group.patch, user.")
        .TakesQuery("outcome", $"What came of it: {string.Join(", ", Outcomes.All)}.")
        .TakesQuery("integration", "What an integration did, and what was done to it and to what belongs to it.")
        .TakesQuery("client", "The id of an OAuth client or of a static token.")
        .TakesQuery("user", "An administrator.")
        .TakesQuery("actor", "Whoever acted: an integration, a client or an administrator.")
        .TakesQuery("resource", "The id or the name of what it was done to.")
        .TakesQuery("resourceKind", $"The kind of what it was done to: {string.Join(", ", Kinds)}.")
        .TakesQuery("resourceId", "Its id.")
        .TakesQuery("resourceName", "Its name.")
        .TakesQuery("requestId", "A request, by the X-Request-Id of its answer.")
        .TakesQuery("order", "newest first, which is the default, or oldest.");

    private sealed record ResourceView(string Kind, string? Id, string? Name);

    private sealed record AuditView(
        long Id, DateTimeOffset At, string Code, string Outcome, ActorView Actor, ResourceView? Resource, long? RevisionBefore, long? RevisionAfter,
        JsonElement? Operations, RequestView? Request);

    private sealed record RequestView(
        string Method, string Path, int Status, double? DurationMs = null, string? VersionGiven = null, string? VersionFound = null);

    private async Task ListAsync(HttpContext http)
    {
        var page = ApiPageRequest.Read(http.Request);
        var query = new QueryParameters(http.Request.Query);
        var filter = new AuditFilter
        {
            Since = query.Time("since", clock.GetUtcNow()),
            Until = query.Time("until", clock.GetUtcNow()),
            Code = query.Text("code"),
            Outcome = query.Choice("outcome", Outcomes.All),
            Integration = query.Text("integration"),
            Client = query.Text("client"),
            User = query.Text("user"),
            Actor = query.Text("actor"),
            Resource = query.Text("resource"),
            ResourceKind = query.Choice("resourceKind", Kinds),
            ResourceId = query.Text("resourceId"),
            ResourceName = query.Text("resourceName"),
            RequestId = query.Text("requestId"),
        };
        var oldestFirst = query.Choice("order", ["newest", "oldest"]) == "oldest";
        query.RefuseOthers("count", "cursor");
        var integrationId = (filter.Integration ?? filter.Actor) is { } name ? directory.Current.ByName.GetValueOrDefault(name)?.Id : null;

        await writer.FlushForReaderAsync();
        try
        {
            var rows = await database.ReadAsync(
                session => AuditQuery.PageAsync(session, filter, integrationId, oldestFirst, page.After is { } after ? AuditQuery.Key.Parse(after) : null, page.CountToRead), Limit);
            var answer = page.PageOf(rows, row => new AuditQuery.Key(row.At, row.Id).ToString());
            await ApiJson.WriteAsync(http, new ApiPage<AuditView>([.. answer.Items.Select(View)], answer.NextCursor));
        }
        catch (QueryTooExpensiveException)
        {
            throw ApiException.BadRequest("The search takes too long. Narrow it: give a resource or a requestId, or a shorter time with since and until.");
        }
    }

    private static AuditView View(StoredRow row) => new(
        row.Id, ScimTime.ToTime(row.At), row.Code, row.Outcome,
        ActorView.Of(row.Actor, row.RequestId),
        row.ResourceKind.Length == 0 ? null : new ResourceView(row.ResourceKind, row.ResourceId.Length == 0 ? null : row.ResourceId, row.ResourceName),
        row.RevisionBefore, row.RevisionAfter, row.Operations is null ? null : JsonElement.Parse(row.Operations),
        row.Request is null ? null : JsonSerializer.Deserialize<RequestView>(row.Request, ApiJson.Options));
}
