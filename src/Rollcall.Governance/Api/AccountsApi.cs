using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Data;
using Rollcall.Governance.Accounts;
using Rollcall.Governance.Audit;
using Rollcall.Governance.Identities;
using Rollcall.Governance.Provisioning;
using Rollcall.Scim;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Api;

/// <summary><c>/api/v1/accounts</c>: the accounts of applications, whose they are, and what is to become of them.</summary>
internal sealed class AccountsApi(Database database, Provisioner provisioner)
{
    private const string OnlyAdministrators = "Only the administrator changes accounts.";
    private const int MostEntitlements = 1_000;

    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/accounts", (RequestDelegate)ListAsync)
            .Describe("listAccounts", "Accounts as aggregated, by id.")
            .AnswersPage<AccountView>()
            .TakesQuery("application", "Only those of this application.")
            .TakesQuery("identity", "Only those of an identity, by its id or e-mail address.")
            .TakesQuery("userName", "Only those of this user name; case does not matter.")
            .TakesQuery("uncorrelated", "true: only those that belong to nobody.", typeof(bool))
            .TakesQuery("active", "Only those in service (true), or not (false).", typeof(bool))
            .TakesQuery("gone", "true: those that are no longer on the server, instead of those that are.", typeof(bool));
        api.MapGet("/accounts/{id}", (RequestDelegate)ShowAsync)
            .Describe("showAccount", "An account, with its attributes and entitlements.")
            .Answers<AccountDetails>();
        api.MapPost("/accounts/{id}/correlate", (RequestDelegate)CorrelateAsync)
            .Describe("correlateAccount", "Says whose account it is, or with null that it is nobody's. The application's rule leaves it alone from then on.")
            .Takes<Correlation>().Answers<AccountView>();
        api.MapPost("/accounts/{id}/enable", (RequestDelegate)(http => PlanAsync(http, Operation.EnableAccount, "account.enable")))
            .Describe("enableAccount", "Plans that the account is put in service on its server.")
            .Answers<Planned>(StatusCodes.Status202Accepted);
        api.MapPost("/accounts/{id}/disable", (RequestDelegate)(http => PlanAsync(http, Operation.DisableAccount, "account.disable")))
            .Describe("disableAccount", "Plans that the account is put out of service on its server.")
            .Answers<Planned>(StatusCodes.Status202Accepted);
        api.MapDelete("/accounts/{id}", (RequestDelegate)(http => PlanAsync(http, Operation.DeleteAccount, "account.delete")))
            .Describe("deleteAccount", "Plans that the account is deleted on its server.")
            .Answers<Planned>(StatusCodes.Status202Accepted);
    }

    /// <param name="Identity">The identity, by its id or e-mail address; null for nobody.</param>
    private sealed record Correlation(string? Identity);

    /// <param name="Transaction">The id of the transaction that carries it out.</param>
    private sealed record Planned(long Transaction);

    /// <param name="Id">The id.</param>
    /// <param name="Application">The application's name.</param>
    /// <param name="ScimId">The id that its server gave it.</param>
    /// <param name="UserName">The user name.</param>
    /// <param name="DisplayName">The name for people.</param>
    /// <param name="ExternalId">The external id.</param>
    /// <param name="Active">Whether it is in service.</param>
    /// <param name="Identity">Whose it is, by the identity's id; absent where that is not known.</param>
    /// <param name="Correlation">Who says so: rule, hand or created.</param>
    /// <param name="RefreshedAt">When what is known of it last changed.</param>
    /// <param name="GoneAt">When it was found missing on its server.</param>
    private record AccountView(
        long Id, string Application, string ScimId, string UserName, string? DisplayName, string? ExternalId, bool Active, string? Identity, string? Correlation,
        DateTimeOffset RefreshedAt, DateTimeOffset? GoneAt);

    /// <param name="Id">The id.</param>
    /// <param name="Title">The title on the server.</param>
    /// <param name="Assigned">Whether it was decided here that the identity is to have it.</param>
    private sealed record HeldEntitlement(long Id, string Title, bool Assigned);

    /// <summary>An account with what belongs to it.</summary>
    private sealed record AccountDetails : AccountView
    {
        public AccountDetails(AccountView view, Account account, IReadOnlyList<HeldEntitlement> entitlements) : base(view)
        {
            Version = account.Version;
            Entitlements = entitlements;
            Attributes = JsonElement.Parse(account.Attributes);
        }

        /// <summary>The version when it was last read.</summary>
        public string? Version { get; }

        /// <summary>The groups that it is in, 1,000 at most.</summary>
        public IReadOnlyList<HeldEntitlement> Entitlements { get; }

        /// <summary>The SCIM resource, without groups.</summary>
        public JsonElement Attributes { get; }
    }

    private async Task ListAsync(HttpContext http)
    {
        var page = ApiPageRequest.Read(http.Request);
        var query = new QueryParameters(http.Request.Query);
        var (application, identity, userName) = (query.Text("application"), query.Text("identity"), query.Text("userName"));
        var filter = new AccountFilter
        {
            UserNameKey = userName is null ? null : ScimText.Fold(userName),
            IsUncorrelated = GovernanceRequest.Truth(query, "uncorrelated") ?? false,
            Active = GovernanceRequest.Truth(query, "active"),
            IsGone = GovernanceRequest.Truth(query, "gone") ?? false,
        };
        query.RefuseOthers("count", "cursor");
        var accounts = await database.ReadAsync(async session => await AccountStore.PageAsync(session, filter with
        {
            ApplicationId = await GovernanceRequest.ApplicationIdAsync(session, application),
            IdentityId = identity is null ? null : (await FindIdentityAsync(session, identity)).Id,
        }, GovernanceRequest.NumberOf(page) ?? 0, page.CountToRead));
        await ApiJson.WriteAsync(http, page.PageOf([.. accounts.Select(View)], view => view.Id.ToString(CultureInfo.InvariantCulture)));
    }

    private async Task ShowAsync(HttpContext http)
    {
        var details = await database.ReadAsync(async session =>
        {
            var account = await FindAsync(session, http);
            var entitlements = await session.ListAsync(
                """
                select e.id, e.title, exists (select 1 from assignments s where s.entitlement_id = e.id and s.identity_id = $3)
                  from account_entitlements h join entitlements e on e.id = h.entitlement_id
                 where h.application_id = $1 and h.account_id = $2 and e.gone is null order by e.title_key, e.id limit $4
                """,
                row => new HeldEntitlement(row.GetInt64(0), row.GetString(1), row.GetBoolean(2)), account.ApplicationId, account.Id, account.IdentityId, MostEntitlements);
            return new AccountDetails(View(account), account, entitlements);
        });
        await ApiJson.WriteAsync(http, details);
    }

    private async Task CorrelateAsync(HttpContext http)
    {
        GovernanceRequest.RefuseActing(http, OnlyAdministrators);
        var given = await ApiRequest.ReadJsonAsync<Correlation>(http, http.RequestAborted);
        var change = GovernanceRequest.Change(http);
        var account = await database.WriteAsync(async session =>
        {
            var current = await FindAsync(session, http);
            var identity = given.Identity is null ? null : await FindIdentityAsync(session, given.Identity);
            if (current.IdentityId == identity?.Id && current.Correlation == Correlations.Hand)
                return current;
            await AccountStore.AssignAsync(session, current.Id, identity?.Id);
            await AuditLog.WriteAsync(session, change, "account.correlate", Resource(current), new { identity = identity?.PublicId, before = current.IdentityPublicId });
            return await FindAsync(session, http);
        }, change.Key);
        await ApiJson.WriteAsync(http, View(account));
    }

    private async Task PlanAsync(HttpContext http, Operation operation, string code)
    {
        GovernanceRequest.RefuseActing(http, OnlyAdministrators);
        var change = GovernanceRequest.Change(http);
        var transaction = await database.WriteAsync(async session =>
        {
            var account = await FindAsync(session, http);
            if (account.Gone is not null)
                throw ApiException.Conflict($"Account {account.Id} is no longer on its server: there is nothing to change.");
            await AuditLog.WriteAsync(session, change, code, Resource(account));
            return await TransactionStore.PlanAsync(session, change, new PlannedChange(account.ApplicationId, operation, Causes.Manual) { IdentityId = account.IdentityId, AccountId = account.Id });
        }, change.Key);
        provisioner.Wake();
        await ApiJson.WriteAsync(http, new Planned(transaction), StatusCodes.Status202Accepted);
    }

    private static async ValueTask<Account> FindAsync(Session session, HttpContext http) =>
        await AccountStore.FindAsync(session, GovernanceRequest.RouteNumber(http, "account")) ?? throw ApiException.NotFound($"There is no account {http.Route("id").Truncate()}.");

    private static async ValueTask<Identity> FindIdentityAsync(Session session, string name) =>
        await IdentityStore.FindAsync(session, name) ?? throw ApiException.Invalid("identity", $"There is no identity '{name.Truncate()}'. Name one by its id or its e-mail address.");

    private static AuditedResource Resource(Account account) => new("account", $"{account.Id}", $"{account.UserName} ({account.ApplicationName})");

    private static AccountView View(Account account) => new(
        account.Id, account.ApplicationName, account.ScimId, account.UserName, account.DisplayName, account.ExternalId, account.Active, account.IdentityPublicId, account.Correlation,
        DatabaseTime.ToTime(account.Refreshed), DatabaseTime.ToTime(account.Gone));
}
