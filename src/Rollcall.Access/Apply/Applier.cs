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
    private readonly DocumentMemory _memory = new();

    /// <summary>Makes the lists what the documents say, all or nothing.</summary>
    /// <param name="files">The documents.</param>
    /// <param name="options">How.</param>
    /// <param name="dryRun">Whether only the plan is wanted.</param>
    /// <param name="change">Who asks for it.</param>
    /// <returns>What was done, or with <paramref name="dryRun"/> would be.</returns>
    /// <exception cref="ApiException">400: the documents can't be read, or can't be applied to what there is.</exception>
    public async Task<ApplyPlan> ApplyAsync(IReadOnlyList<ApplyFile> files, ApplyOptions options, bool dryRun, ChangeContext change)
    {
        // 1. What has to be done.
        var planner = new ApplyPlanner(Documents.Read(files, _memory), options, clock.GetUtcNow());
        var plan = await database.ReadAsync(planner.PlanAsync);
        if (dryRun || !plan.Changed.Any())
            return plan;

        // 2. Doing it.
        return await database.WriteAsync(session => ApplyExecution.RunAsync(session, change, planner, plan), change.Key);
    }
}
