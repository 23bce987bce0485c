using System.Data.Common;
using Rollcall.Data;
using Rollcall.Governance.Audit;
using Rollcall.Governance.Requests;

namespace Rollcall.Governance.Provisioning;

/// <summary>A change to plan.</summary>
/// <param name="ApplicationId">The application.</param>
/// <param name="Operation">What to bring about.</param>
/// <param name="Cause">Why: one of <see cref="Causes"/>.</param>
public sealed record PlannedChange(long ApplicationId, Operation Operation, string Cause)
{
    /// <summary>Whom it is for.</summary>
    public long? IdentityId { get; init; }

    /// <summary>The account, where it is known.</summary>
    public long? AccountId { get; init; }

    /// <summary>The entitlement, of a membership.</summary>
    public long? EntitlementId { get; init; }

    /// <summary>The item of the access request that it carries out.</summary>
    public long? ItemId { get; init; }

    /// <summary>The transaction that must be done first.</summary>
    public long? WaitsFor { get; init; }

    /// <summary>The lane: the group's, or the account's; an account that is not there yet has that of its identity.</summary>
    public string Lane => EntitlementId is { } group ? $"group:{group}"
        : IdentityId is { } identity ? $"identity:{identity}@{ApplicationId}"
        : $"account:{AccountId}";
}

/// <summary>Transactions in the database.</summary>
public static class TransactionStore
{
    internal const string Columns =
        "id, application_id, operation, lane, state, identity_id, account_id, entitlement_id, item_id, cause, actor, waits_for, due, attempts, failures, message, created, finished";

    /// <summary>Plans a change. It is attempted as soon as its lane is free; wake the <see cref="Provisioner"/> after the commit.</summary>
    /// <returns>The transaction's id.</returns>
    public static async ValueTask<long> PlanAsync(WriteSession session, Change change, PlannedChange planned)
    {
        await Lanes.CallAsync(session, planned.Lane, planned.ApplicationId, planned.WaitsFor is null ? session.Now : null);
        return await session.FirstAsync(
            """
            insert into transactions (application_id, operation, lane, state, identity_id, account_id, entitlement_id, item_id, cause, actor, waits_for, due, attempts, failures, created)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, $12) returning id
            """,
            row => row.GetInt64(0), planned.ApplicationId, planned.Operation.ToString(), planned.Lane, nameof(TransactionState.Planned), planned.IdentityId,
            planned.AccountId, planned.EntitlementId, planned.ItemId, planned.Cause, change.Actor.ToJson(), planned.WaitsFor, session.Now);
    }

    /// <summary>A transaction; null if there is none.</summary>
    public static ValueTask<ProvisioningTransaction?> FindAsync(Session session, long id) =>
        session.FirstAsync($"select {Columns} from transactions where id = $1", Map, id);

    /// <summary>Takes a change back, if nothing of it was sent and nobody works in its lane, who may be about to.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="id">The planned change.</param>
    /// <param name="message">Why.</param>
    /// <returns>False if it could not be taken back: it may be under way, or has ended.</returns>
    public static async ValueTask<bool> CancelAsync(WriteSession session, long id, string message)
    {
        if (await FindAsync(session, id) is not { State: TransactionState.Planned, Finished: null } planned || !await Lanes.InterruptAsync(session, planned.Lane))
            return false;
        await session.ExecuteAsync("update transactions set state = $2, message = $3, finished = $4, waits_for = null where id = $1",
            id, nameof(TransactionState.Cancelled), message, session.Now);
        return true;
    }

    /// <summary>Has a transaction that failed, or that waits for its time, attempted at once, with all its retries.</summary>
    public static async ValueTask RetryAsync(WriteSession session, Change change, ProvisioningTransaction transaction)
    {
        await session.ExecuteAsync(
            "update transactions set state = $2, due = $3, failures = 0, finished = null, waits_for = case when state = $4 then null else waits_for end where id = $1",
            transaction.Id, nameof(TransactionState.Planned), session.Now, nameof(TransactionState.Failed));
        if (transaction.WaitsFor is null || transaction.State == TransactionState.Failed)
            await Lanes.CallAsync(session, transaction.Lane, transaction.ApplicationId, session.Now);
        if (transaction is { ItemId: { } item, State: TransactionState.Failed })
            await RequestProgress.ReopenAsync(session, item);
        await AuditLog.WriteAsync(session, change, "transaction.retry", new AuditedResource("transaction", $"{transaction.Id}"));
    }

    internal static ProvisioningTransaction Map(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        ApplicationId = row.GetInt64(1),
        Operation = Enum.Parse<Operation>(row.GetString(2)),
        Lane = row.GetString(3),
        State = Enum.Parse<TransactionState>(row.GetString(4)),
        IdentityId = row.Number(5),
        AccountId = row.Number(6),
        EntitlementId = row.Number(7),
        ItemId = row.Number(8),
        Cause = row.GetString(9),
        Actor = Actor.Parse(row.GetString(10)),
        WaitsFor = row.Number(11),
        Due = row.GetInt64(12),
        Attempts = row.GetInt32(13),
        Failures = row.GetInt32(14),
        Message = row.Text(15),
        Created = row.GetInt64(16),
        Finished = row.Number(17),
    };
}
