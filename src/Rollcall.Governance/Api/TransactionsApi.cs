using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Data;
using Rollcall.Governance.Provisioning;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Api;

/// <summary><c>/api/v1/transactions</c>: planned changes, and the evidence of each attempt.</summary>
internal sealed class TransactionsApi(Database database, Provisioner provisioner)
{
    private const string Select =
        """
        select t.id, a.name, t.operation, t.state, i.public_id, c.user_name, e.title, t.cause, t.message, t.attempts, t.created, t.due, t.finished, t.item_id, r.request_id, t.waits_for
        from transactions t left join applications a on a.id = t.application_id left join identities i on i.id = t.identity_id left join accounts c on c.id = t.account_id
        left join entitlements e on e.id = t.entitlement_id left join request_items r on r.id = t.item_id
        """;

    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/transactions", (RequestDelegate)ListAsync)
            .Describe("listTransactions", "Planned changes, newest first.")
            .AnswersPage<TransactionView>()
            .TakesQuery("state", "Only those of a state.", typeof(TransactionState))
            .TakesQuery("application", "Only those of an application.")
            .TakesQuery("identity", "Only those for an identity, by its id.")
            .TakesQuery("request", "Only those of an access request.", typeof(long));
        api.MapGet("/transactions/{id}", (RequestDelegate)ShowAsync)
            .Describe("showTransaction", "A planned change with every attempt: what was sent, what came back, and what was made of it.")
            .Answers<TransactionView>();
        api.MapPost("/transactions/{id}/retry", (RequestDelegate)RetryAsync)
            .Describe("retryTransaction", "Tries a failed change again, or one that waits at once.")
            .Answers<TransactionView>();
    }

    /// <param name="Id">The id.</param>
    /// <param name="Application">The application.</param>
    /// <param name="Operation">What it is to bring about.</param>
    /// <param name="State">How far it has come.</param>
    /// <param name="Identity">Whom it is for, by the id.</param>
    /// <param name="Account">The account's user name.</param>
    /// <param name="Entitlement">The group's title.</param>
    /// <param name="Cause">Why it was planned.</param>
    /// <param name="Request">The access request that it carries out.</param>
    /// <param name="Message">What there is to say of its state.</param>
    /// <param name="CreatedAt">When it was planned.</param>
    /// <param name="DueAt">When it is attempted next, while it is open.</param>
    /// <param name="FinishedAt">When it ended.</param>
    /// <param name="WaitsFor">The transaction that must be done first.</param>
    /// <param name="AttemptCount">How many attempts there were.</param>
    /// <param name="Attempts">The attempts, where a single transaction is shown.</param>
    private sealed record TransactionView(
        long Id, string? Application, Operation Operation, TransactionState State, string? Identity, string? Account, string? Entitlement, string Cause, long? Request,
        string? Message, DateTimeOffset CreatedAt, DateTimeOffset? DueAt, DateTimeOffset? FinishedAt, long? WaitsFor, int AttemptCount, IReadOnlyList<AttemptView>? Attempts = null);

    /// <param name="Number">From 1.</param>
    /// <param name="At">When it began.</param>
    /// <param name="EndedAt">When it ended; absent where the process ended first.</param>
    /// <param name="Request">The change that was sent last; absent where none was sent.</param>
    /// <param name="Response">The answer to it; absent where none came.</param>
    /// <param name="Verdict">What was made of it.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Exchanges">All that was exchanged, in order: the group fetched, the change, conflicts, what was verified.</param>
    private sealed record AttemptView(
        int Number, DateTimeOffset At, DateTimeOffset? EndedAt, RequestView? Request, ResponseView? Response, Verdict? Verdict, string? Reason, IReadOnlyList<Evidence> Exchanges);

    private sealed record RequestView(string Method, string Url, string? IfMatch, System.Text.Json.Nodes.JsonNode? Body);

    private sealed record ResponseView(int Status, string? ETag, string? RetryAfter, System.Text.Json.Nodes.JsonNode? Body);

    private async Task ListAsync(HttpContext http)
    {
        var page = ApiPageRequest.Read(http.Request);
        var query = new QueryParameters(http.Request.Query);
        var conditions = new Conditions()
            .AddEqual("t.state", query.Choice("state", [.. Enum.GetNames<TransactionState>().Select(JsonNamingPolicy.CamelCase.ConvertName)]) is { } state ? Enum.Parse<TransactionState>(state, ignoreCase: true).ToString() : null)
            .AddEqual("a.name", query.Text("application"))
            .AddEqual("i.public_id", query.Text("identity"))
            .AddEqual("r.request_id", query.Text("request") is { } request ? Number("request", request) : null);
        query.RefuseOthers("count", "cursor");
        if (page.After is { } after)
            conditions.Add($"t.id < {conditions.Value(Number("cursor", after))}");
        var rows = await database.ReadAsync(session => session.ListAsync($"{Select} {conditions.Where} order by t.id desc limit {conditions.Value(page.CountToRead)}", Map, conditions.Arguments));
        await ApiJson.WriteAsync(http, page.PageOf(rows, row => row.Id.ToString(CultureInfo.InvariantCulture)));
    }

    private async Task ShowAsync(HttpContext http) => await ApiJson.WriteAsync(http, await database.ReadAsync(session => FindAsync(session, http)));

    private async Task RetryAsync(HttpContext http)
    {
        var change = GovernanceRequest.Change(http);
        var view = await database.WriteAsync(async session =>
        {
            var transaction = await TransactionStore.FindAsync(session, IdOf(http)) ?? throw NoSuchTransaction(http);
            if (transaction.State is not (TransactionState.Failed or TransactionState.Planned))
                throw ApiException.Conflict($"Transaction {transaction.Id} is {JsonNamingPolicy.CamelCase.ConvertName(transaction.State.ToString())}: only one that failed, or that waits, can be tried again.");
            await TransactionStore.RetryAsync(session, change, transaction);
            return await FindAsync(session, http);
        }, change.Key);
        provisioner.Wake();
        await ApiJson.WriteAsync(http, view);
    }

    private static async ValueTask<TransactionView> FindAsync(Session session, HttpContext http)
    {
        var id = IdOf(http);
        var view = await session.FirstAsync($"{Select} where t.id = $1", Map, id) ?? throw NoSuchTransaction(http);
        var attempts = await session.ListAsync(
            """
            select t.number, t.began, t.ended, t.verdict, t.reason, b.exchanges from attempts t join batches b on b.id = t.batch_id where t.transaction_id = $1 order by t.number
            """, MapAttempt, id);
        return view with { Attempts = attempts };
    }

    private static AttemptView MapAttempt(DbDataReader row)
    {
        var exchanges = JsonSerializer.Deserialize<List<Evidence>>(row.GetString(5), ApiJson.Options)!;
        var change = exchanges.LastOrDefault(exchange => exchange.Method is "POST" or "PUT" or "PATCH" or "DELETE" && !exchange.Url.EndsWith("/.search", StringComparison.Ordinal));
        return new AttemptView(
            row.GetInt32(0), DatabaseTime.ToTime(row.GetInt64(1)), DatabaseTime.ToTime(row.Number(2)),
            change is null ? null : new RequestView(change.Method, change.Url, change.IfMatch, change.Body),
            change?.Status is { } status ? new ResponseView(status, change.ETag, change.RetryAfter, change.Answer) : null,
            row.Text(3) is { } verdict ? Enum.Parse<Verdict>(verdict) : null, row.Text(4), exchanges);
    }

    private static TransactionView Map(DbDataReader row) => new(
        row.GetInt64(0), row.Text(1), Enum.Parse<Operation>(row.GetString(2)), Enum.Parse<TransactionState>(row.GetString(3)), row.Text(4), row.Text(5), row.Text(6), row.GetString(7),
        row.Number(14), row.Text(8), DatabaseTime.ToTime(row.GetInt64(10)), row.IsDBNull(12) ? DatabaseTime.ToTime(row.GetInt64(11)) : null, DatabaseTime.ToTime(row.Number(12)), row.Number(15), row.GetInt32(9));

    private static long IdOf(HttpContext http) =>
        long.TryParse(http.Route("id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : throw NoSuchTransaction(http);

    private static long Number(string name, string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw ApiException.Invalid(name, $"{name} is a whole number.");

    private static ApiException NoSuchTransaction(HttpContext http) => ApiException.NotFound($"There is no transaction '{http.Route("id").Truncate()}'.");
}
