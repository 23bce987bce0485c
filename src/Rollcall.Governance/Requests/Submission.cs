using Rollcall.Data;
using Rollcall.Governance.Applications;
using Rollcall.Governance.Audit;
using Rollcall.Governance.Identities;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Requests;

/// <summary>An access request as it is made, its form checked.</summary>
/// <param name="Operation">What it asks for.</param>
/// <param name="Application">The application's name.</param>
/// <param name="Entitlements">Which entitlements: titles or ids.</param>
/// <param name="Identities">For whom: ids or e-mail addresses.</param>
/// <param name="Reason">Why.</param>
/// <param name="Ends">When what is added ends again, in microseconds since 1970 in UTC; null for never.</param>
internal sealed record NewRequest(
    RequestOperation Operation, string Application, IReadOnlyList<EntitlementName> Entitlements, IReadOnlyList<string> Identities, string Reason, long? Ends);

/// <summary>Makes access requests: checks them, finds who approves, and carries out at once what nobody has to approve.</summary>
internal static class Submission
{
    /// <summary>Items of one request at most: identities times entitlements.</summary>
    public const int MostItems = 1000;

    private const int MostNamed = 5;

    /// <summary>Makes a request, all of it or none.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="changes">Who makes it.</param>
    /// <param name="acting">The identity that makes it; null for the administrator.</param>
    /// <param name="given">What is asked for.</param>
    /// <returns>The request's id.</returns>
    /// <exception cref="ApiException">400: something named is not there or not to be had; 409: there is an open request for the same.</exception>
    public static async ValueTask<long> SubmitAsync(WriteSession session, ChangeSeries changes, Identity? acting, NewRequest given)
    {
        // 1. What is named is there, and may be asked for.
        var application = await ApplicationStore.FindAsync(session, given.Application)
            ?? throw ApiException.Invalid("application", $"There is no application named '{given.Application.Truncate()}'.");
        var isAdd = given.Operation == RequestOperation.Add;
        if (given.Ends <= session.Now)
            throw ApiException.Invalid("until", "The end date has passed. Give one in the future, or leave it out.");
        var entitlements = await RequestedEntitlements.FindAsync(session, application, given.Entitlements, isAdd);
        var identities = await IdentitiesAsync(session, given.Identities, isAdd);

        // 2. Nothing of it is asked for already.
        var standing = await Standing.ReadAsync(session, application.Id, identities, entitlements);
        if (await standing.OpenRequestAsync(session, given.Operation) is { } open)
            throw ApiException.Conflict($"Request {open} asks for some of it already and is still open. Wait for its end, cancel it, or leave that out.");

        // 3. The request, and for each pair who approves it.
        var requestId = await RequestStore.CreateAsync(session, changes.Next(), given.Operation, application.Id, acting?.Id, given.Reason, given.Ends);
        await AuditLog.WriteAsync(session, changes.Last, "request.create", new AuditedResource("request", $"{requestId}"),
            new { operation = RequestStore.Word(given.Operation), application = application.Name, items = identities.Count * entitlements.Count });
        var request = (await RequestStore.FindAsync(session, requestId))!;
        var approvers = await Approvers.ReadAsync(session, application, identities, entitlements);
        foreach (var identity in identities)
        {
            foreach (var entitlement in entitlements)
                await AddItemAsync(session, changes, request, standing, identity.Id, entitlement.Id, ApprovalLine.Steps(approvers.FactsOf(acting?.Id, identity, entitlement)));
        }
        await RequestProgress.AdvanceAsync(session, changes.Next(), requestId);
        return requestId;
    }

    private static async ValueTask AddItemAsync(
        WriteSession session, ChangeSeries changes, AccessRequest request, Standing standing, long identityId, long entitlementId, IReadOnlyList<ApprovalStep> steps)
    {
        if (standing.IsSo(request, identityId, entitlementId))
        {
            await RequestStore.AddItemAsync(session, request.Id, identityId, entitlementId, RequestStates.Completed,
                request.Operation == RequestOperation.Add ? "The identity has it already." : "The identity does not have it.");
            return;
        }
        var itemId = await RequestStore.AddItemAsync(session, request.Id, identityId, entitlementId, RequestStates.Pending, null);
        await ApprovalStore.CreateAsync(session, request.Id, itemId, steps);
        if (steps.Count == 0)
            await Fulfilment.CarryOutAsync(session, changes, request, new RequestItem(itemId, request.Id, identityId, entitlementId, RequestStates.Pending, null, null));
    }

    private static async ValueTask<IReadOnlyList<Identity>> IdentitiesAsync(WriteSession session, IReadOnlyList<string> names, bool isAdd)
    {
        // The lock keeps one from leaving, and another request for it from being made, at the same time.
        var found = await IdentityStore.LockAllAsync(session, names);
        if (names.Where(name => !found.ContainsKey(name)).ToList() is [_, ..] unknown)
            throw ApiException.Invalid("identities", $"There is no identity {Named(unknown)}. Name each by its id or its e-mail address.");
        var identities = names.Select(name => found[name]).ToList();
        if (identities.GroupBy(identity => identity.Id).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw ApiException.Invalid("identities", $"'{twice.First().PublicId.Truncate()}' is named twice. Name each identity once.");
        if (isAdd && identities.Where(identity => !identity.Active).Select(identity => identity.PublicId).ToList() is [_, ..] inactive)
            throw ApiException.Invalid("identities", $"{Named(inactive)} can get nothing: inactive. Leave out who has left.");
        return identities;
    }

    internal static string Named(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(MostNamed).Select(name => $"'{name.Truncate(50)}'")) + (names.Count > MostNamed ? $" and {names.Count - MostNamed} more" : "");
}
