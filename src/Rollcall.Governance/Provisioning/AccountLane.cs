using System.Text.Json.Nodes;
using Rollcall.Data;
using Rollcall.Governance.Applications;
using Rollcall.Governance.Identities;
using Rollcall.Scim;
using Rollcall.Scim.Client;
using Rollcall.Web;

namespace Rollcall.Governance.Provisioning;

/// <summary>Makes, changes, enables, disables and deletes one account, one request after the other.</summary>
internal sealed class AccountLane(LaneRun run)
{
    private ScimRecording _recording = null!;

    private sealed record Account(long Id, string ScimId, bool Active);

    /// <summary>Attempts a transaction.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="cancellationToken">Ends the work; what is not written down then is taken up again later.</param>
    public async Task RunAsync(ProvisioningTransaction transaction, CancellationToken cancellationToken)
    {
        var (identity, account) = await run.Database.ReadAsync(async session => (
            transaction.IdentityId is { } id ? await IdentityStore.FindAsync(session, id) : null,
            await AccountAsync(session, transaction)));
        using (_recording = ScimRecording.Start())
        {
            var outcome = await AttemptAsync(transaction, identity, account, cancellationToken);
            await run.Journal.FinishAsync([outcome], _recording.Exchanges);
        }
    }

    private async Task<Outcome> AttemptAsync(ProvisioningTransaction transaction, Identity? identity, Account? account, CancellationToken cancellationToken)
    {
        try
        {
            return (transaction.Operation, account) switch
            {
                (Operation.CreateAccount, not null) => Done(transaction, account, "There is an account already."),
                (Operation.CreateAccount, null) => await CreateAsync(transaction, identity, cancellationToken),
                (Operation.DeleteAccount or Operation.DisableAccount, null) => new Outcome(transaction, Verdict.Done, "There is no account."),
                (_, null) => new Outcome(transaction, Verdict.Failed, "There is no account. Not retried, because it would not come by itself: request an entitlement, or aggregate the accounts again."),
                (Operation.DeleteAccount, _) => await DeleteAsync(transaction, account, cancellationToken),
                (Operation.UpdateAccount, _) => await UpdateAsync(transaction, identity, account, cancellationToken),
                _ => await ChangeAsync(transaction, account, "active is set.", user => user["active"] = transaction.Operation == Operation.EnableAccount, cancellationToken),
            };
        }
        catch (ScimClientException error)
        {
            return run.OutcomeOf(transaction, error);
        }
        catch (PolicyException fault)
        {
            return new Outcome(transaction, Verdict.Failed, $"{fault.Message} Not retried, because the policy must be corrected first.");
        }
    }

    private async Task<Outcome> CreateAsync(ProvisioningTransaction transaction, Identity? identity, CancellationToken cancellationToken)
    {
        if (identity is null or { Active: false })
            return new Outcome(transaction, Verdict.Failed, "The identity is not active. Not retried, because no account is made for somebody who has left.");
        var user = await ProvisioningPolicy.NewAccountAsync(run.Definition.CreatePolicy, identity);
        // What was sent before may have made it.
        if (transaction.State != TransactionState.Planned && await LookUpAsync(user, cancellationToken) is { } before)
            return await AdoptAsync(transaction, before, "The account was made by a request whose answer was lost.");
        await run.Journal.SendingAsync([transaction], _recording.Exchanges, Evidence.OfPending(run.Clock.GetUtcNow(), "POST", run.Url("/Users"), null, user));
        try
        {
            var made = await run.Client.CreateAsync("/Users", user, cancellationToken);
            await run.Journal.AnsweredAsync([transaction], _recording.Exchanges);
            return Keep(transaction, made, "The account is made.");
        }
        catch (ScimClientException refused) when (refused.Status == 409 || refused.IsOutcomeUnknown)
        {
            if (await LookUpAsync(user, cancellationToken) is { } there)
                return await AdoptAsync(transaction, there, refused.Status == 409 ? "The account was there already." : $"The account is made, although the answer was lost: {refused.Message}");
            throw;
        }
    }

    private async Task<Outcome> UpdateAsync(ProvisioningTransaction transaction, Identity? identity, Account account, CancellationToken cancellationToken)
    {
        if (identity is null)
            return new Outcome(transaction, Verdict.Failed, "The account belongs to nobody. Not retried, because the Update policy needs an identity: correlate the account.");
        var values = await ProvisioningPolicy.ValuesAsync(run.Definition.UpdatePolicy, identity);
        return await ChangeAsync(transaction, account, "The account has the attributes of the Update policy.", user =>
        {
            foreach (var (name, value) in values)
                FlatAttribute.Set(user, name, value);
        }, cancellationToken);
    }

    /// <summary>Reads the account, works a change out on it, sends what differs, and reads again after a conflict.</summary>
    private async Task<Outcome> ChangeAsync(ProvisioningTransaction transaction, Account account, string done, Action<JsonObject> change, CancellationToken cancellationToken)
    {
        var usesPatch = await run.Client.UsesPatchAsync(cancellationToken);
        for (var conflicts = 0; ; conflicts++)
        {
            var found = await run.Client.FindAsync("/Users", account.ScimId, cancellationToken: cancellationToken);
            if (found is null)
                return Gone(transaction, account);
            var (before, after) = (found.ToBody(), found.ToBody());
            change(after);
            // Also how an effect of a request whose answer was lost is found.
            if (JsonNode.DeepEquals(before, after))
                return Keep(transaction, found, done);
            var operations = AccountChange.Operations(before, after);
            await run.Journal.SendingAsync([transaction], _recording.Exchanges, Evidence.OfPending(
                run.Clock.GetUtcNow(), usesPatch ? "PATCH" : "PUT", run.Url($"/Users/{Uri.EscapeDataString(account.ScimId)}"), found.Version, usesPatch ? operations : after));
            try
            {
                _ = usesPatch
                    ? await run.Client.PatchAsync("/Users", account.ScimId, operations, found.Version, cancellationToken)
                    : await run.Client.ReplaceAsync("/Users", account.ScimId, after, found.Version, cancellationToken);
            }
            catch (ScimClientException conflict) when (conflict.Status == 412 && RetryDecision.Match(run.Definition, conflict) is not null && conflicts < run.Definition.ConflictRetries)
            {
                continue;
            }
            catch (ScimClientException lost) when (lost.IsOutcomeUnknown)
            {
                if (await run.Client.FindAsync("/Users", account.ScimId, cancellationToken: cancellationToken) is not { } now || !IsSo(now, change))
                    throw;
                return Keep(transaction, now, $"{done} The answer was lost: {lost.Message}");
            }
            await run.Journal.AnsweredAsync([transaction], _recording.Exchanges);
            if (await run.Client.FindAsync("/Users", account.ScimId, cancellationToken: cancellationToken) is not { } verified)
                return Gone(transaction, account);
            return IsSo(verified, change)
                ? Keep(transaction, verified, done)
                : run.OutcomeOf(transaction, RetryDecision.After(run.Definition, "The server acknowledged the change, but the account does not show it.", "somebody may have undone it in between", transaction.Failures));
        }
    }

    private async Task<Outcome> DeleteAsync(ProvisioningTransaction transaction, Account account, CancellationToken cancellationToken)
    {
        await run.Journal.SendingAsync([transaction], _recording.Exchanges, Evidence.OfPending(
            run.Clock.GetUtcNow(), "DELETE", run.Url($"/Users/{Uri.EscapeDataString(account.ScimId)}"), null, null));
        try
        {
            await run.Client.DeleteAsync("/Users", account.ScimId, version: null, cancellationToken);
        }
        catch (ScimClientException lost) when (lost.IsOutcomeUnknown)
        {
            if (await run.Client.FindAsync("/Users", account.ScimId, cancellationToken: cancellationToken) is not null)
                throw;
        }
        await run.Journal.AnsweredAsync([transaction], _recording.Exchanges);
        return Gone(transaction, account) with { Verdict = Verdict.Done, Reason = "The account is deleted." };
    }

    /// <summary>The account on the server, by the external id, then by the user name.</summary>
    private async Task<ScimResource?> LookUpAsync(JsonObject user, CancellationToken cancellationToken)
    {
        var hasFilters = (await run.Client.ServiceProviderAsync(cancellationToken)).SupportsFilter;
        foreach (var name in (string[])["externalId", "userName"])
        {
            if ((string?)user[name] is not { } value)
                continue;
            // Without filters all Users are gone through: long, but it is the only way not to make somebody twice.
            var request = new ScimListRequest { Filter = hasFilters ? $"{name} eq {MembershipRequest.Quote(value)}" : null };
            await foreach (var found in run.Client.ListAsync("/Users", request, cancellationToken))
            {
                // Asked again here: not every server filters as it should, and this one decides whose account it is.
                if (name == "externalId" ? found.Text(name) == value : ScimText.Fold(found.Text(name) ?? "") == ScimText.Fold(value))
                    return found;
            }
        }
        return null;
    }

    private static bool IsSo(ScimResource user, Action<JsonObject> change)
    {
        var (before, after) = (user.ToBody(), user.ToBody());
        change(after);
        return JsonNode.DeepEquals(before, after);
    }

    private static Outcome Done(ProvisioningTransaction transaction, Account account, string reason) => new(transaction, Verdict.Done, reason) { AccountId = account.Id };

    private static Outcome Keep(ProvisioningTransaction transaction, ScimResource user, string reason) => new(transaction, Verdict.Done, reason)
    {
        Apply = async session => (await ProvisionedAccounts.KeepAsync(session, transaction, user)).Id,
    };

    /// <summary>An account that was there before: it is taken unless it is known to be somebody else's.</summary>
    private async Task<Outcome> AdoptAsync(ProvisioningTransaction transaction, ScimResource user, string reason)
    {
        var owner = await run.Database.ReadOneAsync(session => session.FirstAsync(
            "select i.public_id from accounts a join identities i on i.id = a.identity_id where a.application_id = $1 and a.scim_id = $2 and a.identity_id <> $3",
            row => row.GetString(0), transaction.ApplicationId, user.Id, transaction.IdentityId));
        return owner is null
            ? Keep(transaction, user, reason)
            : new Outcome(transaction, Verdict.Failed, $"The account {user.Id.Truncate()} is there already and belongs to {owner.Truncate()}. Not retried, because a person must decide whose it is: correlate it by hand.");
    }

    private static Outcome Gone(ProvisioningTransaction transaction, Account account) =>
        new(transaction, transaction.Operation is Operation.DisableAccount or Operation.DeleteAccount ? Verdict.Done : Verdict.Failed,
            "The account is not on the application any more.")
        {
            AccountId = account.Id,
            Apply = async session =>
            {
                await ProvisionedAccounts.MarkGoneAsync(session, transaction.ApplicationId, account.Id);
                return account.Id;
            },
        };

    private static async ValueTask<Account?> AccountAsync(Session session, ProvisioningTransaction transaction)
    {
        var id = transaction.AccountId ?? (transaction.IdentityId is { } identity ? await ProvisioningPlan.AccountOfAsync(session, transaction.ApplicationId, identity) : null);
        return await session.FirstAsync("select id, scim_id, active from accounts where id = $1 and gone is null",
            row => new Account(row.GetInt64(0), row.GetString(1), row.GetBoolean(2)), id);
    }
}
