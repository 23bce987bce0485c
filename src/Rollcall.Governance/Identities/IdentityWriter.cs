using Rollcall.Data;
using Rollcall.Governance.Applications;
using Rollcall.Governance.Audit;
using Rollcall.Governance.Lifecycle;

namespace Rollcall.Governance.Identities;

/// <summary>A change of an identity that is worked out and not yet written.</summary>
/// <param name="PublicId">Whose.</param>
/// <param name="Before">What it was when the change was worked out; null if there was none.</param>
/// <param name="After">What it is to be.</param>
/// <param name="Updates">The ids of the applications whose Update policy gives its accounts other attributes now.</param>
internal sealed record IdentityChange(string PublicId, Identity? Before, IdentityDefinition After, IReadOnlyList<long> Updates)
{
    /// <summary>Whether it changes nothing.</summary>
    public bool IsNothing => Before is not null && After.ChangedFrom(IdentityDefinition.Of(Before)).Count == 0;

    /// <summary>Whether it makes a leaver, or ends being one.</summary>
    public bool IsMove => Before is not null && Before.Active != After.Active;
}

/// <summary>An identity was changed while a change of it was worked out: work it out again.</summary>
internal sealed class StaleIdentityException() : Exception("The identity was changed meanwhile.");

/// <summary>
/// The one way in which identities change. Templates are rendered before the transaction; the row, its audit and the plans
/// that follow from the change are written together, so that nothing is lost between them.
/// </summary>
internal static class IdentityWriter
{
    /// <summary>How often a change is worked out anew because the identity changed under it.</summary>
    public const int Tries = 5;

    // So many applications as anybody governs; they are read at once.
    private const int MostApplications = 10_000;

    /// <summary>The applications whose accounts follow their identity.</summary>
    public static async ValueTask<IReadOnlyList<Application>> WithUpdatePolicyAsync(Session session) =>
        [.. (await ApplicationStore.PageAsync(session, null, MostApplications)).Where(application => application.Definition.UpdatePolicy.Count > 0)];

    /// <summary>Works a change out. Not within a transaction: templates are rendered.</summary>
    /// <param name="publicId">Whose.</param>
    /// <param name="before">What it is; null if it is new.</param>
    /// <param name="after">What it is to be.</param>
    /// <param name="applications">Those of <see cref="WithUpdatePolicyAsync"/>.</param>
    public static async ValueTask<IdentityChange> PrepareAsync(string publicId, Identity? before, IdentityDefinition after, IReadOnlyList<Application> applications)
    {
        var change = new IdentityChange(publicId, before, after, []);
        if (before is null || !after.Active || change.IsNothing)
            return change;
        // Who comes back may have changed while nothing was sent.
        if (change.IsMove)
            return change with { Updates = [.. applications.Select(application => application.Id)] };
        var made = IdentityStore.Make(before.Id, publicId, after, before.Revision, before.Created, before.Modified);
        var updates = new List<long>();
        foreach (var application in applications)
        {
            if (await DiffersAsync(application.Definition.UpdatePolicy, before, made))
                updates.Add(application.Id);
        }
        return change with { Updates = updates };
    }

    /// <summary>Writes a change.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="changes">Who changes it.</param>
    /// <param name="change">The change.</param>
    /// <returns>The identity as it is now.</returns>
    /// <exception cref="StaleIdentityException">It is not any more what the change was worked out from.</exception>
    /// <exception cref="UniqueViolationException">The e-mail address is taken.</exception>
    public static async ValueTask<Identity> ApplyAsync(WriteSession session, ChangeSeries changes, IdentityChange change)
    {
        var current = await IdentityStore.LockAsync(session, change.PublicId);
        if (current?.Revision != change.Before?.Revision)
            throw new StaleIdentityException();
        if (current is null)
            return await IdentityStore.CreateAsync(session, changes.Next(), change.PublicId, change.After);
        if (change.IsNothing)
            return current;
        var saved = await IdentityStore.UpdateAsync(session, changes.Next(), current, change.After);
        if (current.Active && !saved.Active)
            await Leavers.LeaveAsync(session, changes, saved);
        else if (!current.Active && saved.Active)
            await Leavers.ReturnAsync(session, changes, saved);
        await AttributeUpdates.PlanAsync(session, changes.Last, saved, change.Updates);
        return saved;
    }

    // A template that fails is a change: its plan fails, and says why, where somebody looks.
    private static async ValueTask<bool> DiffersAsync(IReadOnlyDictionary<string, string> policy, Identity before, Identity after)
    {
        try
        {
            var (one, other) = (await ProvisioningPolicy.ValuesAsync(policy, before), await ProvisioningPolicy.ValuesAsync(policy, after));
            return one.Count != other.Count || one.Any(pair => other.GetValueOrDefault(pair.Key) != pair.Value);
        }
        catch (PolicyException)
        {
            return true;
        }
    }
}
