using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Data;
using Rollcall.Scim.Client;

namespace Rollcall.Governance.Provisioning;

/// <summary>
/// Brings the memberships of one group about, many at once, each with a verdict of its own: reads the group's version, sends one
/// change for it, reads again after a conflict, and makes sure that the members are there.
/// </summary>
internal sealed class GroupLane(LaneRun run)
{
    /// <summary>Memberships that go as one request.</summary>
    public const int MostAtOnce = 500;

    private readonly List<Outcome> _outcomes = [];
    private ScimRecording _recording = null!;

    /// <summary>A membership to bring about.</summary>
    private sealed record Goal(ProvisioningTransaction Transaction, long AccountId, string UserId)
    {
        public bool IsAdded => Transaction.Operation == Operation.AddMember;
    }

    private sealed record Group(long Id, string ScimId, string Title, bool IsGone);

    /// <summary>Attempts transactions.</summary>
    /// <param name="transactions">Those that are due, oldest first.</param>
    /// <param name="cancellationToken">Ends the work; what is not written down then is taken up again later.</param>
    public async Task RunAsync(IReadOnlyList<ProvisioningTransaction> transactions, CancellationToken cancellationToken)
    {
        // 1. Find the group and the accounts.
        var (group, accounts, overtaken) = await run.Database.ReadAsync(async session => (
            await session.FirstAsync("select id, scim_id, title, gone is not null from entitlements where id = $1",
                row => new Group(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetBoolean(3)), transactions[0].EntitlementId),
            await AccountsAsync(session, transactions),
            await OvertakenAsync(session, transactions)));
        var goals = new List<Goal>();
        foreach (var transaction in transactions)
        {
            if (transaction.State == TransactionState.Planned && overtaken.TryGetValue(transaction.Id, out var later))
                _outcomes.Add(new Outcome(transaction, Verdict.Failed, $"Not carried out, because it was decided otherwise since: transaction {later}."));
            else if (group is null or { IsGone: true })
                _outcomes.Add(Gone(transaction));
            else if (!accounts.TryGetValue(transaction.Id, out var account))
                _outcomes.Add(WithoutAccount(transaction));
            // Of two decisions about one account the older comes first; the other has its turn right after.
            else if (goals.All(goal => goal.AccountId != account.Id))
                goals.Add(new Goal(transaction, account.Id, account.ScimId));
        }

        // 2. Bring it about, and write down what came of it.
        using (_recording = ScimRecording.Start())
        {
            if (goals.Count > 0)
                await AttemptAsync(group!, goals, isRecovering: goals.Any(goal => goal.Transaction.State != TransactionState.Planned), cancellationToken);
            await run.Journal.FinishAsync(_outcomes, _recording.Exchanges);
        }
    }

    private async Task AttemptAsync(Group group, IReadOnlyList<Goal> goals, bool isRecovering, CancellationToken cancellationToken)
    {
        try
        {
            if (isRecovering)
                goals = await LeaveOutWhatIsSoAsync(group, goals, "It was so already: a request before had this effect.", cancellationToken);
            if (goals.Count > 0)
                await ChangeAsync(group, goals, cancellationToken);
        }
        catch (ScimClientException error)
        {
            _outcomes.AddRange(goals.Where(IsOpen).Select(goal => run.OutcomeOf(goal.Transaction, error)));
        }
    }

    private async Task ChangeAsync(Group group, IReadOnlyList<Goal> goals, CancellationToken cancellationToken)
    {
        var usesPatch = await run.Client.UsesPatchAsync(cancellationToken);
        ScimResource? changed;
        for (var conflicts = 0; ; conflicts++)
        {
            // A fresh representation each time; its members only where they must be sent back.
            var found = await run.Client.FindAsync("/Groups", group.ScimId, excludedAttributes: usesPatch ? ["members"] : null, cancellationToken: cancellationToken);
            if (found is null)
            {
                _outcomes.AddRange(goals.Select(goal => Gone(goal.Transaction)));
                return;
            }
            try
            {
                changed = usesPatch ? await PatchAsync(group, found, goals, cancellationToken) : await ReplaceAsync(group, found, goals, cancellationToken);
                break;
            }
            catch (ScimClientException conflict) when (conflict.Status == 412 && RetryDecision.Match(run.Definition, conflict) is not null && conflicts < run.Definition.ConflictRetries)
            {
                // Somebody else changed the group in between: fetch it again and work the change out afresh.
            }
            catch (ScimClientException refused) when (refused is { Failure: ScimFailure.Refused, Status: 400 or 404 or 409 or 413 or 422 } && goals.Count > 1)
            {
                // One of them may be what is refused: the others must not suffer for it.
                await AttemptAsync(group, [.. goals.Take(goals.Count / 2)], isRecovering: false, cancellationToken);
                await AttemptAsync(group, [.. goals.Skip(goals.Count / 2)], isRecovering: false, cancellationToken);
                return;
            }
            catch (ScimClientException lost) when (lost.IsOutcomeUnknown)
            {
                // Whether it had an effect is not known: look, before anything is sent again.
                goals = await LeaveOutWhatIsSoAsync(group, goals, $"It is so, although the answer was lost: {lost.Message}", cancellationToken);
                if (goals.Count == 0)
                    return;
                throw;
            }
        }
        await run.Journal.AnsweredAsync(Transactions(goals), _recording.Exchanges);
        await VerifyAsync(group, goals, changed, cancellationToken);
    }

    private async Task<ScimResource?> PatchAsync(Group group, ScimResource found, IReadOnlyList<Goal> goals, CancellationToken cancellationToken)
    {
        var operations = MembershipRequest.Operations(Added(goals), Removed(goals));
        var body = new JsonObject { ["schemas"] = new JsonArray(Scim.Schemas.SchemaUris.PatchOp), ["Operations"] = operations.DeepClone() };
        await SendingAsync("PATCH", group, found, goals, body);
        return await run.Client.PatchAsync("/Groups", group.ScimId, operations, found.Version, cancellationToken);
    }

    private async Task<ScimResource?> ReplaceAsync(Group group, ScimResource found, IReadOnlyList<Goal> goals, CancellationToken cancellationToken)
    {
        var body = MembershipRequest.Replacement(found, [.. Added(goals)], [.. Removed(goals)]);
        await SendingAsync("PUT", group, found, goals, body);
        return await run.Client.ReplaceAsync("/Groups", group.ScimId, body, found.Version, cancellationToken);
    }

    private Task SendingAsync(string method, Group group, ScimResource found, IReadOnlyList<Goal> goals, JsonObject body) => run.Journal.SendingAsync(
        Transactions(goals), _recording.Exchanges, Evidence.OfPending(run.Clock.GetUtcNow(), method, run.Url($"/Groups/{Uri.EscapeDataString(group.ScimId)}"), found.Version, body));

    /// <summary>Makes sure that what was acknowledged is so.</summary>
    private async Task VerifyAsync(Group group, IReadOnlyList<Goal> goals, ScimResource? changed, CancellationToken cancellationToken)
    {
        var members = MembershipRequest.MembersOf(changed) ?? await MembersAmongAsync(group, goals, cancellationToken);
        foreach (var goal in goals)
        {
            if (members.Contains(goal.UserId) == goal.IsAdded)
                _outcomes.Add(Done(group, goal, goal.IsAdded ? $"Is a member of {group.Title}." : $"Is no member of {group.Title}."));
            else
                _outcomes.Add(run.OutcomeOf(goal.Transaction, RetryDecision.After(run.Definition,
                    $"The server acknowledged the change, but the account {(goal.IsAdded ? "is no member" : "is still a member")}.", "somebody may have undone it in between", goal.Transaction.Failures)));
        }
    }

    private async Task<IReadOnlyList<Goal>> LeaveOutWhatIsSoAsync(Group group, IReadOnlyList<Goal> goals, string reason, CancellationToken cancellationToken)
    {
        var members = await MembersAmongAsync(group, goals, cancellationToken);
        var isSo = goals.Where(goal => members.Contains(goal.UserId) == goal.IsAdded).ToList();
        _outcomes.AddRange(isSo.Select(goal => Done(group, goal, reason)));
        return [.. goals.Except(isSo)];
    }

    private Task<IReadOnlySet<string>> MembersAmongAsync(Group group, IReadOnlyList<Goal> goals, CancellationToken cancellationToken) =>
        new MembershipReader(run.Client, group.ScimId).MembersAmongAsync([.. goals.Select(goal => goal.UserId)], cancellationToken);

    private bool IsOpen(Goal goal) => _outcomes.All(outcome => outcome.Transaction.Id != goal.Transaction.Id);

    private static Outcome Done(Group group, Goal goal, string reason) => new(goal.Transaction, Verdict.Done, reason)
    {
        AccountId = goal.AccountId,
        Apply = async session =>
        {
            var changed = await session.ExecuteAsync(
                goal.IsAdded
                    ? "insert into account_entitlements (application_id, account_id, entitlement_id) values ($1, $2, $3) on conflict do nothing"
                    : "delete from account_entitlements where application_id = $1 and account_id = $2 and entitlement_id = $3",
                goal.Transaction.ApplicationId, goal.AccountId, group.Id);
            // The group's own count, which came with its last aggregation, moves along: else the two would look like drift.
            if (changed > 0)
                await session.ExecuteAsync("update entitlements set member_count = member_count + $2 where id = $1", group.Id, goal.IsAdded ? 1 : -1);
            return goal.AccountId;
        },
    };

    private static Outcome Gone(ProvisioningTransaction transaction) => transaction.Operation == Operation.RemoveMember
        ? new Outcome(transaction, Verdict.Done, "The group is not on the application any more, and so has no members.")
        : new Outcome(transaction, Verdict.Failed, "The group is not on the application any more. Not retried, because it would not come back by itself: aggregate the groups again.");

    private static Outcome WithoutAccount(ProvisioningTransaction transaction) => transaction.Operation == Operation.RemoveMember
        ? new Outcome(transaction, Verdict.Done, "There is no account, and so no membership.")
        : transaction.IdentityId is null
            ? new Outcome(transaction, Verdict.Failed, "The account is not on the application any more. Not retried, because nobody is known whom to make another for.")
            : new Outcome(transaction, Verdict.NeedsAccount, "There is no account yet: it is made first.");

    private static IEnumerable<string> Added(IEnumerable<Goal> goals) => goals.Where(goal => goal.IsAdded).Select(goal => goal.UserId);

    private static IEnumerable<string> Removed(IEnumerable<Goal> goals) => goals.Where(goal => !goal.IsAdded).Select(goal => goal.UserId);

    private static IReadOnlyCollection<ProvisioningTransaction> Transactions(IEnumerable<Goal> goals) => [.. goals.Select(goal => goal.Transaction)];

    // A change that waited for its next attempt may come after what was decided later about the same person was carried out: it
    // must not undo that.
    private static async ValueTask<Dictionary<long, long>> OvertakenAsync(Session session, IEnumerable<ProvisioningTransaction> transactions) =>
        (await session.ListAsync(
            $"""
            select t.id, max(o.id) from transactions t join transactions o on o.identity_id = t.identity_id and o.id > t.id
            and o.entitlement_id = t.entitlement_id and o.operation <> t.operation
            and o.finished is not null and o.state <> '{nameof(TransactionState.Cancelled)}'
            where t.id in ({session.Dialect.NumberSet("$1")}) group by t.id
            """,
            row => (row.GetInt64(0), row.GetInt64(1)), JsonSerializer.Serialize(transactions.Select(transaction => transaction.Id))))
            .ToDictionary();

    private static async ValueTask<Dictionary<long, (long Id, string ScimId)>> AccountsAsync(Session session, IEnumerable<ProvisioningTransaction> transactions) =>
        (await session.ListAsync(
            $"""
            select t.id, a.id, a.scim_id from transactions t join accounts a on a.gone is null and a.id = coalesce(
              (select o.id from accounts o where o.id = t.account_id and o.gone is null),
              (select o.id from accounts o where o.identity_id = t.identity_id and o.application_id = t.application_id and o.gone is null order by o.active desc, o.id limit 1))
            where t.id in ({session.Dialect.NumberSet("$1")})
            """,
            row => (Transaction: row.GetInt64(0), Account: (row.GetInt64(1), row.GetString(2))), JsonSerializer.Serialize(transactions.Select(transaction => transaction.Id))))
            .ToDictionary(row => row.Transaction, row => row.Account);
}
