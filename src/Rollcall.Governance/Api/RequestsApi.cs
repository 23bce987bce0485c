using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Data;
using Rollcall.Governance.Audit;
using Rollcall.Governance.Identities;
using Rollcall.Governance.Provisioning;
using Rollcall.Governance.Requests;
using Rollcall.Web;
using Rollcall.Web.Api;
using Rollcall.Web.Settings;

namespace Rollcall.Governance.Api;

/// <summary>
/// <c>/api/v1/requests</c>: access requests. An identity sees those that it made, that are for it, and on which it decides; the
/// administrator sees all.
/// </summary>
internal sealed class RequestsApi(Database database, Provisioner provisioner)
{
    private const int LongestText = 2000;

    // So that no other write waits long, a request's approvals are decided a few at a time.
    private const int DecisionsOfWrite = 50;

    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/requests", (RequestDelegate)CreateAsync)
            .Describe("createRequest", "Asks that identities get, or lose, entitlements of an application: each of the identities each of the entitlements.")
            .Takes<RequestBody>().Answers<RequestDetails>(StatusCodes.Status201Created);
        api.MapGet("/requests", (RequestDelegate)ListAsync)
            .Describe("listRequests", "The access requests, newest first.")
            .AnswersPage<RequestView>()
            .TakesQuery("state", "Only those in a state: pending, provisioning, completed, partiallyCompleted, failed, denied or cancelled.")
            .TakesQuery("identity", "Only those for an identity, by its id or e-mail address.")
            .TakesQuery("requester", "Only those that an identity made, by its id or e-mail address.");
        api.MapGet("/requests/{id}", (RequestDelegate)ShowAsync)
            .Describe("showRequest", "An access request with its items, their approvals and transactions.")
            .Answers<RequestDetails>();
        api.MapPost("/requests/{id}/cancel", (RequestDelegate)CancelAsync)
            .Describe("cancelRequest", "Takes back what is open of a request, as far as nothing of it was sent. What is being sent goes on, and its item says so.")
            .Answers<RequestDetails>();
        api.MapPost("/requests/{id}/approve", (RequestDelegate)(http => DecideAsync(http, approve: true)))
            .Describe("approveRequest", "Approves all of a request that is the caller's to decide now.")
            .Takes<DecisionBody>(isOptional: true).Answers<RequestDetails>();
        api.MapPost("/requests/{id}/deny", (RequestDelegate)(http => DecideAsync(http, approve: false)))
            .Describe("denyRequest", "Denies all of a request that is the caller's to decide now. It takes a comment.")
            .Takes<DecisionBody>().Answers<RequestDetails>();
    }

    /// <param name="Operation">add or remove.</param>
    /// <param name="Application">The application's name.</param>
    /// <param name="Entitlements">Which entitlements: titles, or ids as numbers.</param>
    /// <param name="Identities">For whom: ids or e-mail addresses.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Until">When what is added ends again: RFC 3339, or a date.</param>
    private sealed record RequestBody(
        RequestOperation Operation, string Application, IReadOnlyList<JsonElement> Entitlements, IReadOnlyList<string> Identities, string Reason, string? Until = null);

    internal sealed record DecisionBody(string? Comment = null)
    {
        public DecisionBody() : this(Comment: null)
        {
        }
    }

    private async Task CreateAsync(HttpContext http)
    {
        var given = Check(await ApiRequest.ReadJsonAsync<RequestBody>(http, http.RequestAborted));
        var acting = await database.ReadAsync(session => GovernanceRequest.ActingAsync(session, http));
        var change = GovernanceRequest.Change(http, acting);
        var details = await database.WriteAsync(async session =>
        {
            var id = await Submission.SubmitAsync(session, new ChangeSeries(change), acting, given);
            return await RequestDetails.ReadAsync(session, (await RequestStore.FindAsync(session, id))!);
        }, change.Key);
        provisioner.Wake();
        await ApiJson.WriteAsync(http, details, StatusCodes.Status201Created);
    }

    private async Task ListAsync(HttpContext http)
    {
        var page = ApiPageRequest.Read(http.Request);
        var query = new QueryParameters(http.Request.Query);
        var (state, identity, requester) = (query.Choice("state", RequestStates.All), query.Text("identity"), query.Text("requester"));
        query.RefuseOthers("count", "cursor");
        var before = GovernanceRequest.NumberOf(page);
        var requests = await database.ReadAsync(async session =>
        {
            var acting = await GovernanceRequest.ActingAsync(session, http);
            var filter = new RequestFilter(state, await IdOfAsync(session, "identity", identity), await IdOfAsync(session, "requester", requester), acting?.Id);
            return await RequestQueries.PageAsync(session, filter, before, page.CountToRead);
        });
        await ApiJson.WriteAsync(http, page.PageOf(requests, request => request.Id.ToString(CultureInfo.InvariantCulture)));
    }

    private async Task ShowAsync(HttpContext http)
    {
        var id = GovernanceRequest.RouteNumber(http, "request");
        var details = await database.ReadAsync(async session =>
            await RequestDetails.ReadAsync(session, await VisibleAsync(session, await GovernanceRequest.ActingAsync(session, http), id)));
        await ApiJson.WriteAsync(http, details);
    }

    private async Task CancelAsync(HttpContext http)
    {
        var id = GovernanceRequest.RouteNumber(http, "request");
        var acting = await database.ReadAsync(session => GovernanceRequest.ActingAsync(session, http));
        var change = GovernanceRequest.Change(http, acting);
        var details = await database.WriteAsync(async session =>
        {
            await VisibleAsync(session, acting, id);
            var request = (await RequestStore.LockAsync(session, id))!;
            if (acting is not null && request.RequesterId != acting.Id)
                throw ApiException.Forbidden("Only who made a request, or the administrator, takes it back.");
            await Cancellation.CancelAsync(session, new ChangeSeries(change), request);
            return await RequestDetails.ReadAsync(session, (await RequestStore.FindAsync(session, id))!);
        }, change.Key);
        await ApiJson.WriteAsync(http, details);
    }

    private async Task DecideAsync(HttpContext http, bool approve)
    {
        var id = GovernanceRequest.RouteNumber(http, "request");
        var comment = approve ? Comment((await ApiRequest.ReadOptionalAsync<DecisionBody>(http)).Comment) : Needed((await ApiRequest.ReadJsonAsync<DecisionBody>(http, http.RequestAborted)).Comment);
        var (acting, approvals) = await database.ReadAsync(async session =>
        {
            var person = await GovernanceRequest.ActingAsync(session, http);
            await VisibleAsync(session, person, id);
            return (person, await ApprovalStore.PendingOfAsync(session, id, person?.Id));
        });
        if (approvals.Count == 0)
            throw ApiException.Conflict($"Nothing of request {id} is {(acting is null ? "to be" : $"{acting.PublicId.Truncate()}'s to be")} decided now.");
        var change = GovernanceRequest.Change(http, acting);
        foreach (var some in approvals.Chunk(DecisionsOfWrite))
        {
            var first = change;
            change = await database.WriteAsync(async session =>
            {
                var changes = new ChangeSeries(first);
                foreach (var approval in some)
                {
                    if (approve)
                        await Decisions.ApproveAsync(session, changes, acting, approval, comment);
                    else
                        await Decisions.DenyAsync(session, changes, acting, approval, comment!);
                }
                return changes.Last.Next();
            }, first.Key);
            provisioner.Wake();
        }
        await ApiJson.WriteAsync(http, await database.ReadAsync(async session => await RequestDetails.ReadAsync(session, (await RequestStore.FindAsync(session, id))!)));
    }

    /// <summary>A comment that may be left out, checked.</summary>
    /// <exception cref="ApiException">400: it is too long.</exception>
    internal static string? Comment(string? comment) => string.IsNullOrWhiteSpace(comment) ? null : Text("comment", comment);

    /// <summary>A comment that must be there.</summary>
    /// <exception cref="ApiException">400.</exception>
    internal static string Needed(string? comment) => Comment(comment) ?? throw ApiException.Invalid("comment", "A denial needs a comment: say why, so that who asked can ask for something else.");

    private static NewRequest Check(RequestBody given)
    {
        if (given.Entitlements.Count == 0)
            throw ApiException.Invalid("entitlements", "Name at least one entitlement.");
        if (given.Identities.Count == 0)
            throw ApiException.Invalid("identities", "Name at least one identity.");
        if ((long)given.Entitlements.Count * given.Identities.Count > Submission.MostItems)
            throw ApiException.Invalid("identities", $"A request has at most {Submission.MostItems} items: identities times entitlements. Make several.");
        if (given.Identities.Any(string.IsNullOrWhiteSpace))
            throw ApiException.Invalid("identities", "Each identity is named by its id or its e-mail address.");
        if (string.IsNullOrWhiteSpace(given.Reason))
            throw ApiException.Invalid("reason", "Say why: a reason is needed.");
        if (given.Until is not null && given.Operation == RequestOperation.Remove)
            throw ApiException.Invalid("until", "Only what is added can end at a date.");
        long? ends = given.Until is not { } until ? null
            : Times.TryParse(until, out var time) ? DatabaseTime.Of(time)
            : throw ApiException.Invalid("until", $"'{until.Truncate()}' is no time. Write one such as 2027-06-30 or 2027-06-30T18:00:00Z.");
        return new NewRequest(given.Operation, given.Application, [.. given.Entitlements.Select(Name)], given.Identities, Text("reason", given.Reason), ends);
    }

    private static EntitlementName Name(JsonElement name) => name.ValueKind switch
    {
        JsonValueKind.Number when name.TryGetInt64(out var id) => new EntitlementName(id, null),
        JsonValueKind.String when !string.IsNullOrWhiteSpace(name.GetString()) => new EntitlementName(null, name.GetString()),
        _ => throw ApiException.Invalid("entitlements", "Each entitlement is named by its title, or by its id as a number."),
    };

    private static string Text(string field, string text) =>
        text.Length <= LongestText && !text.Any(character => char.IsControl(character) && character is not ('\n' or '\r' or '\t'))
            ? text.Trim()
            : throw ApiException.Invalid(field, $"The {field} has at most {LongestText} characters, and no control characters but line ends and tabs.");

    private static async ValueTask<AccessRequest> VisibleAsync(Session session, Identity? acting, long id) =>
        await RequestStore.FindAsync(session, id) is { } request && (acting is null || await RequestQueries.IsVisibleAsync(session, id, acting.Id))
            ? request
            : throw ApiException.NotFound($"There is no request {id}.");

    private static async ValueTask<long?> IdOfAsync(Session session, string parameter, string? name) =>
        name is null ? null : (await IdentityStore.FindAsync(session, name) ?? throw ApiException.Invalid(parameter, $"There is no identity '{name.Truncate()}'.")).Id;
}
