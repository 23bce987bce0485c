using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Data;
using Rollcall.Governance.Catalog;
using Rollcall.Governance.Identities;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Api;

/// <summary><c>/api/v1/drift</c>: where what was decided and what there is differ.</summary>
internal sealed class DriftApi(Database database)
{
    /// <summary>Maps the endpoint.</summary>
    public void Map(IEndpointRouteBuilder api) => api.MapGet("/drift", (RequestDelegate)ListAsync)
        .Describe("listDrift", "Where what was decided here and what was aggregated differ. What is on its way is left out.")
        .AnswersPage<DriftView>()
        .TakesQuery("application", "Only of this application.")
        .TakesQuery("identity", "Only of an identity, by its id or e-mail address.")
        .TakesQuery("kind", "Only differences of this kind.", typeof(DriftKind))
        .TakesQuery("all", "true: also what accounts hold of entitlements that nobody was ever given here.", typeof(bool));

    /// <param name="Id">The entitlement's id.</param>
    /// <param name="Title">Its title on the server.</param>
    private sealed record EntitlementName(long Id, string Title);

    /// <param name="Id">The account's id.</param>
    /// <param name="UserName">Its user name.</param>
    private sealed record AccountName(long Id, string UserName);

    /// <param name="Kind">In which way they differ.</param>
    /// <param name="Application">The application's name.</param>
    /// <param name="Entitlement">The entitlement.</param>
    /// <param name="Identity">Who is to have it, or has it.</param>
    /// <param name="Account">The account that has it.</param>
    /// <param name="MemberCount">How many members the group's server tells.</param>
    /// <param name="AccountCount">How many accounts say that they are in the group.</param>
    /// <param name="Detail">What it is, for people.</param>
    private sealed record DriftView(
        DriftKind Kind, string Application, EntitlementName Entitlement, string? Identity, AccountName? Account, long? MemberCount, long? AccountCount, string Detail);

    private async Task ListAsync(HttpContext http)
    {
        var page = ApiPageRequest.Read(http.Request);
        var query = new QueryParameters(http.Request.Query);
        var (application, identity, kind, all) = (query.Text("application"), query.Text("identity"), GovernanceRequest.Word<DriftKind>(query, "kind"), GovernanceRequest.Truth(query, "all") ?? false);
        query.RefuseOthers("count", "cursor");
        var after = After(page.After);
        var items = await database.ReadAsync(async session =>
        {
            var applicationId = await GovernanceRequest.ApplicationIdAsync(session, application);
            long? identityId = identity is null ? null
                : (await IdentityStore.FindAsync(session, identity))?.Id ?? throw ApiException.Invalid("identity", $"There is no identity '{identity.Truncate()}'. Name one by its id or its e-mail address.");
            return await Drift.PageAsync(session, new DriftFilter(applicationId, identityId, kind, all), after, page.CountToRead);
        });
        var answer = page.PageOf(items, item => string.Create(CultureInfo.InvariantCulture, $"{item.Kind}.{item.Key.First}.{item.Key.Second}"));
        await ApiJson.WriteAsync(http, new ApiPage<DriftView>([.. answer.Items.Select(View)], answer.NextCursor));
    }

    private static (DriftKind, long, long)? After(string? key) => key switch
    {
        null => null,
        _ when key.Split('.') is [var word, var one, var other] && Enum.TryParse<DriftKind>(word, out var kind)
            && long.TryParse(one, NumberStyles.None, CultureInfo.InvariantCulture, out var first) && long.TryParse(other, NumberStyles.None, CultureInfo.InvariantCulture, out var second) => (kind, first, second),
        _ => throw ApiException.Invalid("cursor", "The cursor was not made here. Start again without one."),
    };

    private static DriftView View(DriftItem item) => new(
        item.Kind, item.Application, new EntitlementName(item.EntitlementId, item.Title), item.Identity,
        item.AccountId is { } account ? new AccountName(account, item.UserName!) : null, item.MemberCount, item.AccountCount, item.Detail);
}
