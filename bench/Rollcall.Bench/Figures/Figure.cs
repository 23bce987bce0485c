using Rollcall.Bench.Results;

namespace Rollcall.Bench.Figures;

/// <summary>One figure that is measured.</summary>
/// <param name="Name">The word for <c>--only</c>.</param>
/// <param name="Title">What is measured.</param>
/// <param name="Bar">What it should be.</param>
/// <param name="MeasureAsync">Measures it.</param>
internal sealed record Figure(string Name, string Title, string Bar, Func<BenchRun, Task<Outcome>> MeasureAsync)
{
    public static IReadOnlyList<Figure> All { get; } =
    [
        UserRead.ById,
        UserRead.ByName,
        UserRead.Page,
        Walk.Figure,
        LargeGroup.Figure,
        AuditedReads.Figure,
        MemberAdd.Figure,
        GroupCommit.OverSingle,
        GroupCommit.OverBare,
        OneList.Adds,
        OneList.Puts,
        LargeLists.Figure,
        Apply.Figure,
        EffectiveAccess.Figure,
        Start.Figure,
        Memory.Figure,
        Mixed.Figure,
        Aggregation.Speed,
        Aggregation.Memory,
        Provisioning.Requests,
        Provisioning.Storm,
    ];
}
