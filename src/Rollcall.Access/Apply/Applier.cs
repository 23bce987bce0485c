using Rollcall.Access.Audit;
using Rollcall.Data;
using Rollcall.Web.Api;

namespace Rollcall.Access.Apply;

/// <summary>
/// Applies documents. The plan is worked out from a snapshot, while others may write; the writer is held only for carrying it
/// out, and makes a new plan if anything has changed that it rests on.
/// </summary>
internal sealed class Applier(Database database, TimeProvider clock)
{
    private readonly ApplyMemory _memory = new();

    /// <summary>Makes the lists what the documents say, all or nothing.</summary>
    /// <param name="files">The documents.</param>
    /// <param name="options">How.</param>
    /// <param name="dryRun">Whether only the plan is wanted.</param>
    /// <param name="change">Who asks for it.</param>
    /// <returns>What was done, or with <paramref name="dryRun"/> would be.</returns>
    /// <exception cref="ApiException">400: the documents can't be read, or can't be applied to what there is.</exception>
    public async Task<ApplyPlan> ApplyAsync(IReadOnlyList<ApplyFile> files, ApplyOptions options, bool dryRun, ChangeContext change)
    {
        // 1. Just as before?
        var digest = ApplyMemory.DigestOf(files, options);
        if (_memory.Find(digest) is { } before
            && before.Plan.Basis.IsCurrent(await database.ReadAsync(session => ApplyBasis.ReadAsync(session, before.Names, options.Prune))))
        {
            return before.Plan;
        }

        // 2. What has to be done.
        var planner = new ApplyPlanner(Documents.Read(files), options, clock.GetUtcNow());
        var plan = await database.ReadAsync(planner.PlanAsync);
        if (!plan.Changed.Any())
            _memory.Keep(digest, plan, plan.Basis, planner.Names);
        if (dryRun || !plan.Changed.Any())
            return plan;

        // 3. Doing it.
        var (done, after) = await database.WriteAsync(session => ApplyExecution.RunAsync(session, change, planner, plan), change.Key);
        _memory.Keep(digest, done, after, planner.Names);
        return done;
    }
}
