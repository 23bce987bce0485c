using System.Text.Json;
using Rollcall.Data;
using Rollcall.Governance.Audit;
using Rollcall.Governance.Requests;
using Rollcall.Scim.Client;

namespace Rollcall.Governance.Provisioning;

/// <summary>
/// Writes down what is done in a lane: the request before its first byte is sent, the answer before anything is made of it,
/// and what came of it. After a crash that tells how far it came. Whoever lost the lane writes nothing.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="clock">The clock.</param>
/// <param name="lease">The lane.</param>
/// <param name="finished">Told what attempts came to, and how many conflicts there were on the way.</param>
internal sealed class Journal(Database database, TimeProvider clock, LaneLease lease, Action<IEnumerable<Verdict>, int>? finished = null)
{
    private long? _batchId;

    /// <summary>The transactions to attempt now, oldest first: those that are due and wait for no other.</summary>
    /// <param name="count">The most to return.</param>
    public ValueTask<List<ProvisioningTransaction>> DueAsync(int count) => database.ReadAsync(session => session.ListAsync(
        $"select {TransactionStore.Columns} from transactions where lane = $1 and finished is null and waits_for is null and due <= $2 order by id limit $3",
        TransactionStore.Map, lease.Lane, session.Now, count));

    /// <summary>Stores the request that is about to be sent, after what was exchanged before it.</summary>
    /// <param name="transactions">The transactions that it is for.</param>
    /// <param name="exchanged">What was exchanged in this attempt.</param>
    /// <param name="pending">The request.</param>
    public Task SendingAsync(IReadOnlyCollection<ProvisioningTransaction> transactions, IEnumerable<ScimExchange> exchanged, Evidence pending) =>
        WriteAsync(async session =>
        {
            await KeepAsync(session, transactions, "sending", [.. exchanged.Select(Evidence.Of), pending]);
            await session.ExecuteAsync($"update transactions set state = $2 where id in ({session.Dialect.NumberSet("$1")})", Ids(transactions), nameof(TransactionState.Sending));
        });

    /// <summary>Stores the answer.</summary>
    public Task AnsweredAsync(IReadOnlyCollection<ProvisioningTransaction> transactions, IEnumerable<ScimExchange> exchanged) =>
        WriteAsync(async session =>
        {
            await KeepAsync(session, transactions, "answered", [.. exchanged.Select(Evidence.Of)]);
            await session.ExecuteAsync($"update transactions set state = $2 where id in ({session.Dialect.NumberSet("$1")})", Ids(transactions), nameof(TransactionState.Answered));
        });

    /// <summary>Stores what came of the attempt, and what follows from it; then the lane is free.</summary>
    /// <param name="outcomes">What it came to, for each transaction.</param>
    /// <param name="exchanged">What was exchanged.</param>
    public async Task FinishAsync(IReadOnlyCollection<Outcome> outcomes, IReadOnlyCollection<ScimExchange> exchanged)
    {
        await WriteAsync(async session =>
        {
            var change = Change.OfTheSystem(clock);
            if (outcomes.Count > 0)
                await KeepAsync(session, [.. outcomes.Select(outcome => outcome.Transaction)], "done", [.. exchanged.Select(Evidence.Of)]);
            var settled = new List<SettledItem>();
            foreach (var outcome in outcomes)
            {
                change = await ApplyAsync(session, change, outcome);
                if (outcome is { Transaction.ItemId: { } item, Verdict: Verdict.Done or Verdict.Failed })
                    settled.Add(new SettledItem(item, outcome.Verdict == Verdict.Done ? RequestStates.Completed : RequestStates.Failed, outcome.Reason));
            }
            await RequestProgress.SettleAsync(session, change, settled);
            await Lanes.ReleaseAsync(session, lease);
        });
        finished?.Invoke(outcomes.Select(outcome => outcome.Verdict), exchanged.Count(exchange => exchange.Status == 412));
    }

    private async ValueTask<Change> ApplyAsync(WriteSession session, Change change, Outcome outcome)
    {
        var transaction = outcome.Transaction;
        var accountId = outcome.Apply is { } apply ? await apply(session) : null;
        accountId ??= outcome.AccountId ?? transaction.AccountId;
        await session.ExecuteAsync("update attempts set ended = $3, verdict = $4, reason = $5 where transaction_id = $1 and number = $2",
            transaction.Id, transaction.Attempts + 1, session.Now, outcome.Verdict.ToString(), outcome.Reason);
        switch (outcome.Verdict)
        {
            case Verdict.Done:
                await session.ExecuteAsync("update transactions set state = $2, account_id = $3, attempts = attempts + 1, message = $4, finished = $5 where id = $1",
                    transaction.Id, nameof(TransactionState.Done), accountId, outcome.Reason, session.Now);
                await ReleaseDependentsAsync(session, transaction.Id, accountId);
                break;
            case Verdict.Failed:
                await session.ExecuteAsync("update transactions set state = $2, account_id = $3, attempts = attempts + 1, failures = failures + 1, message = $4, finished = $5 where id = $1",
                    transaction.Id, nameof(TransactionState.Failed), accountId, outcome.Reason, session.Now);
                change = await FailDependentsAsync(session, change, transaction, outcome.Reason);
                break;
            case Verdict.Retry:
                await session.ExecuteAsync("update transactions set state = $2, attempts = attempts + 1, failures = failures + 1, message = $3, due = $4 where id = $1",
                    transaction.Id, nameof(TransactionState.Planned), outcome.Reason, session.Now + (long)outcome.Wait.TotalMicroseconds);
                return change;
            default:
                var account = await ProvisioningPlan.AccountAsync(session, change, transaction.ApplicationId, transaction.IdentityId!.Value, transaction.Cause);
                await session.ExecuteAsync("update transactions set state = $2, attempts = attempts + 1, message = $3, waits_for = $4, account_id = null where id = $1",
                    transaction.Id, nameof(TransactionState.Planned), outcome.Reason, account);
                return change;
        }
        await AuditLog.WriteAsync(session, change, outcome.Verdict == Verdict.Done ? "transaction.done" : "transaction.failed", new AuditedResource("transaction", $"{transaction.Id}"),
            new { operation = transaction.Operation, transaction.Cause, decidedBy = transaction.Actor.Identity ?? transaction.Actor.User, outcome.Reason },
            outcome.Verdict == Verdict.Done ? AuditLog.Done : AuditLog.Failed);
        return change.Next();
    }

    /// <summary>What waited for a transaction that is done is due.</summary>
    private static async ValueTask ReleaseDependentsAsync(WriteSession session, long id, long? accountId)
    {
        foreach (var (lane, applicationId) in await session.ListAsync(
            "select distinct lane, application_id from transactions where waits_for = $1", row => (row.GetString(0), row.GetInt64(1)), id))
        {
            await Lanes.CallAsync(session, lane, applicationId, session.Now);
        }
        await session.ExecuteAsync("update transactions set waits_for = null, account_id = coalesce(account_id, $2), due = $3 where waits_for = $1", id, accountId, session.Now);
    }

    /// <summary>What waited for a transaction that failed has failed too.</summary>
    private static async ValueTask<Change> FailDependentsAsync(WriteSession session, Change change, ProvisioningTransaction failed, string reason)
    {
        var message = $"Its account could not be made (transaction {failed.Id}): {reason}";
        var dependents = await session.ListAsync($"select {TransactionStore.Columns} from transactions where waits_for = $1 and finished is null", TransactionStore.Map, failed.Id);
        foreach (var dependent in dependents)
        {
            await session.ExecuteAsync("update transactions set state = $2, message = $3, finished = $4, waits_for = null where id = $1",
                dependent.Id, nameof(TransactionState.Failed), message, session.Now);
            await AuditLog.WriteAsync(session, change, "transaction.failed", new AuditedResource("transaction", $"{dependent.Id}"), new { operation = dependent.Operation, dependent.Cause, reason = message }, AuditLog.Failed);
            change = change.Next();
        }
        await RequestProgress.SettleAsync(session, change, [.. dependents.Where(dependent => dependent.ItemId is not null).Select(dependent => new SettledItem(dependent.ItemId!.Value, RequestStates.Failed, message))]);
        return change.Next();
    }

    /// <summary>Stores the evidence of the attempt, once for all its transactions.</summary>
    private async ValueTask KeepAsync(WriteSession session, IReadOnlyCollection<ProvisioningTransaction> transactions, string state, IReadOnlyList<Evidence> evidence)
    {
        await Lanes.KeepAsync(session, lease);
        var (ended, json) = (state == "done" ? session.Now : (long?)null, Evidence.ToJson(evidence));
        // The closure may be run again: what it found the first time must not count.
        var batchId = _batchId is { } known && await session.ExecuteAsync("update batches set state = $2, ended = $3, exchanges = $4 where id = $1", known, state, ended, json) > 0
            ? known
            : await session.FirstAsync(
                "insert into batches (application_id, lane, state, began, ended, exchanges) values ($1, $2, $3, $4, $5, $6) returning id",
                row => row.GetInt64(0), lease.ApplicationId, lease.Lane, state, session.Now, ended, json);
        _batchId = batchId;
        await session.ExecuteAsync(
            $"""
            insert into attempts (transaction_id, number, batch_id, began) select id, attempts + 1, $2, $3 from transactions
            where id in ({session.Dialect.NumberSet("$1")}) on conflict (transaction_id, number) do update set batch_id = excluded.batch_id
            """,
            Ids(transactions), batchId, session.Now);
    }

    private Task WriteAsync(Func<WriteSession, ValueTask> write) => database.WriteAsync(async session =>
    {
        await write(session);
        return true;
    });

    private static string Ids(IEnumerable<ProvisioningTransaction> transactions) => JsonSerializer.Serialize(transactions.Select(transaction => transaction.Id));
}
