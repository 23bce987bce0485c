namespace Rollcall.Governance.Aggregation;

/// <summary>Something that a run came across and that somebody should see to.</summary>
/// <param name="Reason">What is wrong.</param>
/// <param name="Advice">What to do.</param>
/// <param name="Count">How often it was met.</param>
/// <param name="Examples">The ids of some of the resources, at most <see cref="TaskProblems.MostExamples"/>.</param>
public sealed record TaskProblem(string Reason, string Advice, long Count, IReadOnlyList<string> Examples);

/// <summary>The problems of a run: one entry a reason, so that they stay few whatever the server does.</summary>
internal sealed class TaskProblems(IReadOnlyList<TaskProblem> known)
{
    /// <summary>Ids that are kept of each reason.</summary>
    public const int MostExamples = 10;

    private readonly List<TaskProblem> _problems = [.. known];

    /// <summary>What was found so far.</summary>
    public IReadOnlyList<TaskProblem> All => _problems;

    /// <summary>Adds one.</summary>
    /// <param name="reason">What is wrong; the same words for the same thing, without names.</param>
    /// <param name="advice">What to do.</param>
    /// <param name="ids">The resources that it was met with.</param>
    public void Add(string reason, string advice, params IReadOnlyList<string> ids)
    {
        var index = _problems.FindIndex(problem => problem.Reason == reason);
        var before = index < 0 ? new TaskProblem(reason, advice, 0, []) : _problems[index];
        var now = before with { Count = before.Count + Math.Max(1, ids.Count), Examples = [.. before.Examples.Concat(ids).Take(MostExamples)] };
        if (index < 0)
            _problems.Add(now);
        else
            _problems[index] = now;
    }
}
