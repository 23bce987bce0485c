using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Data;
using Rollcall.Governance.Audit;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Api;

/// <summary><c>/api/v1/audit</c>: who decided and changed what.</summary>
internal sealed class AuditApi(Database database, TimeProvider clock)
{
    /// <summary>Maps the endpoint.</summary>
    public void Map(IEndpointRouteBuilder api) => api.MapGet("/audit", (RequestDelegate)ListAsync)
        .Describe("listAudit", "The audit log, newest first: every decision and every change.")
        .AnswersPage<AuditView>()
        .TakesQuery("since", "Not before this time: RFC 3339, a date, or how long ago, such as 1h or 2d.")
        .TakesQuery("until", "Before this time.")
        .TakesQuery("code", "What was done, such as approval.approve.")
        .TakesQuery("outcome", "What came of it: done or failed.")
        .TakesQuery("actor", "Who acted: an identity by its id, or administrator.")
        .TakesQuery("resourceKind", "The kind of what it was done to, such as request.")
        .TakesQuery("resourceId", "Its id.")
        .TakesQuery("requestId", "A request, by the X-Request-Id of its answer.");

    private sealed record ActorView(string User, string? Identity, string? Address, string RequestId);

    private sealed record ResourceView(string Kind, string Id, string? Name);

    private sealed record AuditView(long Id, DateTimeOffset At, string Code, string Outcome, ActorView Actor, ResourceView Resource, JsonElement? Operations);

    private async Task ListAsync(HttpContext http)
    {
        var page = ApiPageRequest.Read(http.Request);
        var query = new QueryParameters(http.Request.Query);
        var filter = new AuditFilter
        {
            Since = query.Time("since", clock.GetUtcNow()),
            Until = query.Time("until", clock.GetUtcNow()),
            Code = query.Text("code"),
            Outcome = query.Choice("outcome", AuditLog.Done, AuditLog.Failed),
            Actor = query.Text("actor"),
            ResourceKind = query.Text("resourceKind"),
            ResourceId = query.Text("resourceId"),
            RequestId = query.Text("requestId"),
        };
        query.RefuseOthers("count", "cursor");
        var rows = await database.ReadAsync(session => AuditLog.PageAsync(session, filter, Before(page.After), page.CountToRead));
        var answer = page.PageOf(rows, row => string.Create(CultureInfo.InvariantCulture, $"{row.At}.{row.Id}"));
        await ApiJson.WriteAsync(http, new ApiPage<AuditView>([.. answer.Items.Select(View)], answer.NextCursor));
    }

    private static (long At, long Id)? Before(string? key) => key switch
    {
        null => null,
        _ when key.Split('.') is [var at, var id] && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => (time, number),
        _ => throw ApiException.Invalid("cursor", "The cursor was not made here. Start again without one."),
    };

    private static AuditView View(AuditRow row) => new(
        row.Id, DatabaseTime.ToTime(row.At), row.Code, row.Outcome, new ActorView(row.Actor.User, row.Actor.Identity, row.Actor.Address, row.RequestId),
        new ResourceView(row.Resource.Kind, row.Resource.Id, row.Resource.Name), row.Operations is null ? null : JsonElement.Parse(row.Operations));
}
