using Rollcall.Data;
using Rollcall.Governance.Accounts;
using Rollcall.Scim;
using Rollcall.Scim.Client;

namespace Rollcall.Governance.Provisioning;

/// <summary>What provisioning learns of accounts, so that nobody has to wait for the next aggregation.</summary>
internal static class ProvisionedAccounts
{
    /// <summary>Keeps an account as the server sent it, for the transaction's identity.</summary>
    /// <returns>Its id, and the identity that it belongs to.</returns>
    public static ValueTask<(long Id, long? IdentityId)> KeepAsync(WriteSession session, ProvisioningTransaction transaction, ScimResource user)
    {
        var userName = user.Text("userName") ?? user.Id;
        // An aggregation that is under way leaves alone what was written after it began to read.
        return session.FirstAsync(
            """
            insert into accounts (application_id, scim_id, user_name, user_name_key, external_id, display_name, active, version, attributes, identity_id, correlation, refreshed)
            values ($1, $2, $3, $4, $5, $6, $7, null, '{}', $8, $9, $10)
            on conflict (application_id, scim_id) do update set user_name = excluded.user_name, user_name_key = excluded.user_name_key, external_id = excluded.external_id,
              display_name = excluded.display_name, active = excluded.active, gone = null, refreshed = excluded.refreshed,
              identity_id = coalesce(accounts.identity_id, excluded.identity_id), correlation = coalesce(accounts.correlation, excluded.correlation)
            returning id, identity_id
            """,
            row => (row.GetInt64(0), row.Number(1)), transaction.ApplicationId, user.Id, userName, ScimText.Fold(userName), user.Text("externalId"), user.Text("displayName"),
            user.Find("active") is not { ValueKind: System.Text.Json.JsonValueKind.False }, transaction.IdentityId, transaction.IdentityId is null ? null : Correlations.Created, session.Now);
    }

    /// <summary>Notes that an account is not on the server any more.</summary>
    public static async ValueTask MarkGoneAsync(WriteSession session, long applicationId, long accountId)
    {
        await session.ExecuteAsync("update accounts set gone = $2 where id = $1 and gone is null", accountId, session.Now);
        await session.ExecuteAsync("delete from account_entitlements where application_id = $1 and account_id = $2", applicationId, accountId);
    }
}
