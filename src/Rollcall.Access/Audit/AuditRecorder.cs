using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Rollcall.Access.Integrations;
using Rollcall.Access.OAuth;
using Rollcall.Scim;
using Rollcall.Web;
using Rollcall.Web.Faults;
using Rollcall.Web.Hosting;

namespace Rollcall.Access.Audit;

/// <summary>
/// Decides what is kept of a request that has been handled: nothing of a change, which has its row in its own transaction;
/// a row for each refusal; a row for each read, or for all of a minute, as the integration's rule says; and the call in the
/// list of its integration's last calls.
/// </summary>
internal sealed partial class AuditRecorder(AuditWriter writer, IntegrationDirectory directory, ILogger<AuditRecorder> logger)
{
    // Who can't say who it is gets so many rows a minute for one path and status, the rest is summed up: the log must not
    // grow as fast as somebody outside can knock.
    private const int RowsOfUnknown = 100;

    private const int LongestId = 255;

    private readonly ConcurrentDictionary<Endpoint, AuditRoute?> _routes = new(ReferenceEqualityComparer.Instance);

    /// <summary>Records a request, once. Never throws: what can't be recorded must not change the answer.</summary>
    public void Record(ObservedCall call)
    {
        if (call.IsRecorded)
            return;
        call.IsRecorded = true;
        try
        {
            var endpoint = call.Http.GetEndpoint();
            if ((endpoint is RouteEndpoint ? _routes.GetOrAdd(endpoint, AuditRoute.Of) : OfPath(call)) is { } route)
                Record(call, route);
        }
        catch (Exception fault)
        {
            writer.CountDropped();
            Log.NotRecorded(logger, call.Http.TraceIdentifier, fault);
        }
    }

    /// <summary>Records an operation of a bulk request that was not done: by itself it would have been a request.</summary>
    /// <param name="integration">Whose.</param>
    /// <param name="route">What was asked for.</param>
    /// <param name="change">Who asked, with the number of the operation.</param>
    /// <param name="resourceId">What it was to be done to; empty for what was to be made.</param>
    /// <param name="fault">Why it was not done.</param>
    public void RecordOperation(Integration integration, AuditRoute route, ChangeContext change, string resourceId, ScimException fault) =>
        writer.Add(new RecordedRow(
            change.RequestId, change.At, route, fault.Status >= StatusCodes.Status500InternalServerError ? Outcomes.Failed : Outcomes.Refused,
            integration.Id, change.Actor, resourceId.Truncate(LongestId),
            new RequestFacts(
                change.Method.Truncate(20), change.Path.Truncate(LongestId), fault.Status, change.Elapsed?.Invoke(), PublicText.Version(fault.GivenVersion),
                fault.CurrentVersion?.ToString()))
        {
            Number = change.Number,
            ScimType = fault.ScimType,
            Detail = Detail(fault.Status, fault.Message, PublicText.Version(fault.GivenVersion), fault.CurrentVersion?.ToString()),
        });

    private void Record(ObservedCall call, AuditRoute route)
    {
        var http = call.Http;
        var status = http.Response.StatusCode;
        var integrationId = call.Integration?.Id ?? 0;
        var fault = status >= StatusCodes.Status400BadRequest ? http.Features.Get<Fault>() : null;
        if (integrationId != 0)
        {
            writer.Add(integrationId, new LoggedCall(
                call.At, RequestId.Of(http), call.Client, http.Request.Method, http.Request.Path.Value ?? "", http.Request.QueryString.Value, status,
                call.Elapsed, Detail(http, fault)));
        }

        switch (OutcomeOf(http, route, status))
        {
            // In the transaction of the change; or nobody knows, since the caller did not wait.
            case Outcomes.Done when route.Code != AuditRoute.TokenIssue:
            case null:
                return;
            case Outcomes.Refused or Outcomes.Failed when call.Client is not null || (route.IsAdmin && status != StatusCodes.Status401Unauthorized):
            case Outcomes.Failed:
                writer.Add(Row(call, route, fault));
                return;
            case Outcomes.Refused:
                if (writer.Count(ReadSummaries.Key.Of(integrationId, null, route, status, call.At), RowsOfUnknown, (this, call, route), SummedUp) is > 0 and <= RowsOfUnknown)
                    writer.Add(Row(call, route, fault));
                return;
            case Outcomes.Read when call is { Client: not null, Integration.Rules.AuditReads: AuditReads.All }:
                writer.Add(Row(call, route, fault));
                return;
            default:
                writer.Count(ReadSummaries.Key.Of(integrationId, call.Client, route, status, call.At), 0, (this, call, route), SummedUp);
                return;
        }
    }

    /// <summary>What came of a request; null where its caller had gone before the answer.</summary>
    private static string? OutcomeOf(HttpContext http, AuditRoute route, int status) => status switch
    {
        StatusCodes.Status499ClientClosedRequest => null,
        StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden => Outcomes.Refused,
        _ when route.IsRead => Outcomes.Read,
        >= StatusCodes.Status500InternalServerError and not StatusCodes.Status501NotImplemented => Outcomes.Failed,
        >= StatusCodes.Status400BadRequest => Outcomes.Refused,
        _ => http.Response.Headers["X-Rollcall-Changed"] == "false" ? Outcomes.Unchanged : Outcomes.Done,
    };

    private static RecordedRow SummedUp((AuditRecorder Recorder, ObservedCall Call, AuditRoute Route) of)
    {
        var row = of.Recorder.Row(of.Call, of.Route, null);
        var path = of.Call.Integration is { } integration ? of.Route.Path.Replace("{integration}", integration.Name, StringComparison.Ordinal) : of.Route.Path;
        // Its first request may have a row of its own.
        var id = of.Route is { Kind: ResourceKind.Integration, IsAdmin: false } ? row.ResourceId : "";
        return row with { Number = RecordedRow.Summary, ResourceId = id, Request = row.Request with { Path = path, Duration = null, VersionGiven = null, VersionFound = null } };
    }

    private RecordedRow Row(ObservedCall call, AuditRoute route, Fault? fault)
    {
        var http = call.Http;
        var status = http.Response.StatusCode;
        var (given, found) = VersionsOf(http, fault);
        var path = (http.Request.Path.Value ?? "").Truncate(LongestId);
        return new RecordedRow(
            RequestId.Of(http), call.At, route, OutcomeOf(http, route, status)!, call.Integration?.Id ?? 0, ActorOf(call, route), ResourceId(call, route),
            new RequestFacts(http.Request.Method.Truncate(20), path, status, call.Elapsed, given, found))
        {
            ScimType = (fault?.Cause as ScimException)?.ScimType,
            Detail = Detail(http, fault),
        };
    }

    private static Actor ActorOf(ObservedCall call, AuditRoute route) => new(
        call.Client is null ? null : call.Integration?.Name,
        call.Client,
        route.IsAdmin && call.Http.Response.StatusCode != StatusCodes.Status401Unauthorized ? Actor.Administrator : null,
        call.Http.Connection.RemoteIpAddress?.ToString());

    private static string ResourceId(ObservedCall call, AuditRoute route) =>
        route.IdParameter is { } parameter && call.Http.Request.RouteValues[parameter] is string id ? id.Truncate(LongestId)
        : route.Kind == ResourceKind.Integration ? call.Integration?.Name ?? ""
        : "";

    /// <summary>The version that a write was made for, and the one that it found; only of writes.</summary>
    private static (string? Given, string? Found) VersionsOf(HttpContext http, Fault? fault)
    {
        if (fault is null || HttpMethods.IsGet(http.Request.Method))
            return default;
        var given = (fault.Cause as ScimException)?.GivenVersion ?? http.Request.Headers.IfMatch.ToString();
        return given.Length == 0 ? default : (PublicText.Version(given), fault.Headers.GetValueOrDefault(HeaderNames.ETag));
    }

    private static string? Detail(HttpContext http, Fault? fault)
    {
        if (fault is null)
            return null;
        var (given, found) = VersionsOf(http, fault);
        return Detail(fault.Status, fault.Detail, given, found);
    }

    private static string Detail(int status, string detail, string? given, string? found) => status == StatusCodes.Status412PreconditionFailed
        ? $"Precondition Failed: the resource is at version {found}, the request was made for {given}."
        : PublicText.Detail(detail);

    /// <summary>A write to a path below ours that has no endpoint, or not for that method; null for reads, which get nowhere, and for other paths.</summary>
    private AuditRoute? OfPath(ObservedCall call)
    {
        var request = call.Http.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
            return null;
        if (request.Path.StartsWithSegments("/scim", StringComparison.OrdinalIgnoreCase, out var rest))
        {
            var name = rest.Value!.Split('/', 3) is [_, var first, ..] ? first : "";
            call.Integration = directory.Current.ByName.GetValueOrDefault(name);
            return AuditRoute.Unknown;
        }
        return request.Path.StartsWithSegments(OAuthServer.Prefix, StringComparison.OrdinalIgnoreCase) || request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) ? AuditRoute.Unknown : null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Request {RequestId} could not be recorded for the audit log")]
        public static partial void NotRecorded(ILogger logger, string requestId, Exception exception);
    }
}
