using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Access.Scim;
using Rollcall.Data;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Access.Api;

/// <summary><c>/api/v1/integrations/{name}/calls</c>: what a platform called last, and what it was answered.</summary>
internal sealed class CallsApi(Database database, AuditWriter writer)
{
    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api) => api.MapGet("/integrations/{name}/calls", (RequestDelegate)ListAsync)
        .Describe("listCalls", $"The last {CallLog.Kept} calls of an integration's platform, the newest first.")
        .AnswersPage<CallView>();

    private sealed record CallView(
        DateTimeOffset At, string RequestId, string? Client, string Method, string Path, int Status, double DurationMs, string? Error);

    private async Task ListAsync(HttpContext http)
    {
        var page = ApiPageRequest.Read(http.Request);
        new QueryParameters(http.Request.Query).RefuseOthers("count", "cursor");
        long? before = page.After is null ? null
            : long.TryParse(page.After, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw ApiException.Invalid("cursor", "The cursor was not made here. Start again without one.");
        await writer.FlushForReaderAsync();
        var calls = await database.ReadAsync(async session =>
        {
            var integration = await IntegrationStore.FindAsync(session, http.Route("name"))
                ?? throw ApiException.NotFound($"There is no integration named '{http.Route("name").Truncate()}'.");
            return await CallLog.PageAsync(session, integration.Id, before, page.CountToRead);
        });
        var answer = page.PageOf(calls, found => found.Number.ToString(CultureInfo.InvariantCulture));
        await ApiJson.WriteAsync(http, new ApiPage<CallView>([.. answer.Items.Select(found => View(found.Call))], answer.NextCursor));
    }

    private static CallView View(LoggedCall call) => new(
        ScimTime.ToTime(call.At), call.RequestId, call.Client, call.Method, call.Path, call.Status, Math.Round(call.Duration.TotalMilliseconds, 1), call.Error);
}
