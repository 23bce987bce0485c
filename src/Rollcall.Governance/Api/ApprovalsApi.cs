using System.Globalization;
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

namespace Rollcall.Governance.Api;

/// <summary><c>/api/v1/approvals</c>: the decisions on access requests. An identity sees and decides its own, the administrator all.</summary>
internal sealed class ApprovalsApi(Database database, Provisioner provisioner)
{
    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/approvals", (RequestDelegate)ListAsync)
            .Describe("listApprovals", "The approvals, oldest first: an identity's own, or all.")
            .AnswersPage<ApprovalView>()
            .TakesQuery("state", "Only those in a state: waiting, pending, approved, denied or cancelled.")
            .TakesQuery("approver", "Only those of an identity, by its id or e-mail address.");
        api.MapGet("/approvals/{id}", (RequestDelegate)ShowAsync)
            .Describe("showApproval", "An approval.")
            .Answers<ApprovalView>();
        api.MapPost("/approvals/{id}/approve", (RequestDelegate)ApproveAsync)
            .Describe("approve", "Approves. The next approver is asked then; after the last one it is carried out.")
            .Takes<RequestsApi.DecisionBody>(isOptional: true).Answers<ApprovalView>();
        api.MapPost("/approvals/{id}/deny", (RequestDelegate)DenyAsync)
            .Describe("deny", "Denies, which ends the item. It takes a comment.")
            .Takes<RequestsApi.DecisionBody>().Answers<ApprovalView>();
        api.MapPost("/approvals/{id}/delegate", (RequestDelegate)DelegateAsync)
            .Describe("delegateApproval", "Hands an approval to somebody else; not to who asked, nor to whom it is for.")
            .Takes<DelegationBody>().Answers<ApprovalView>();
    }

    /// <param name="To">To whom: an id or an e-mail address.</param>
    /// <param name="Comment">What there is to say of it.</param>
    private sealed record DelegationBody(string To, string? Comment = null);

    private async Task ListAsync(HttpContext http)
    {
        var page = ApiPageRequest.Read(http.Request);
        var query = new QueryParameters(http.Request.Query);
        var (state, approver) = (query.Choice("state", ApprovalStates.All), query.Text("approver"));
        query.RefuseOthers("count", "cursor");
        var after = GovernanceRequest.NumberOf(page);
        var approvals = await database.ReadAsync(async session =>
        {
            var acting = await GovernanceRequest.ActingAsync(session, http);
            var whose = approver is null ? acting
                : await IdentityStore.FindAsync(session, approver) ?? throw ApiException.Invalid("approver", $"There is no identity '{approver.Truncate()}'.");
            if (acting is not null && whose!.Id != acting.Id)
                throw ApiException.Forbidden("Others' approvals are for the administrator to see.");
            return await ApprovalQueries.PageAsync(session, state, whose?.Id, after, page.CountToRead);
        });
        await ApiJson.WriteAsync(http, page.PageOf(approvals, approval => approval.Id.ToString(CultureInfo.InvariantCulture)));
    }

    private async Task ShowAsync(HttpContext http)
    {
        var id = GovernanceRequest.RouteNumber(http, "approval");
        var view = await database.ReadAsync(async session =>
        {
            var acting = await GovernanceRequest.ActingAsync(session, http);
            var found = await ApprovalQueries.FindAsync(session, id);
            return found is not null && (acting is null || await RequestQueries.IsVisibleAsync(session, found.RequestId, acting.Id))
                ? found
                : throw ApiException.NotFound($"There is no approval {id}.");
        });
        await ApiJson.WriteAsync(http, view);
    }

    private async Task ApproveAsync(HttpContext http)
    {
        var comment = RequestsApi.Comment((await ApiRequest.ReadOptionalAsync<RequestsApi.DecisionBody>(http)).Comment);
        await DecideAsync(http, (session, changes, acting, id) => Decisions.ApproveAsync(session, changes, acting, id, comment));
    }

    private async Task DenyAsync(HttpContext http)
    {
        var comment = RequestsApi.Needed((await ApiRequest.ReadJsonAsync<RequestsApi.DecisionBody>(http, http.RequestAborted)).Comment);
        await DecideAsync(http, (session, changes, acting, id) => Decisions.DenyAsync(session, changes, acting, id, comment));
    }

    private async Task DelegateAsync(HttpContext http)
    {
        var given = await ApiRequest.ReadJsonAsync<DelegationBody>(http, http.RequestAborted);
        var comment = RequestsApi.Comment(given.Comment);
        await DecideAsync(http, (session, changes, acting, id) => Decisions.DelegateAsync(session, changes, acting, id, given.To, comment));
    }

    private async Task DecideAsync(HttpContext http, Func<WriteSession, ChangeSeries, Identity?, long, ValueTask> decide)
    {
        var id = GovernanceRequest.RouteNumber(http, "approval");
        var acting = await database.ReadAsync(session => GovernanceRequest.ActingAsync(session, http));
        var change = GovernanceRequest.Change(http, acting);
        var view = await database.WriteAsync(async session =>
        {
            await decide(session, new ChangeSeries(change), acting, id);
            return (await ApprovalQueries.FindAsync(session, id))!;
        }, change.Key);
        provisioner.Wake();
        await ApiJson.WriteAsync(http, view);
    }
}
