using Xunit;

namespace Rollcall.Tests.Conformance;

/// <summary>Every requirement of the matrix is proved by a test, or it is said why not; and the page that says so is true.</summary>
public sealed class ConformanceTests
{
    private static readonly Matrix Requirements = Matrix.Read();
    private static readonly IReadOnlyList<Evidence> Tests = Evidence.Collect();
    private static readonly HashSet<string> Proved = [.. Tests.Select(test => test.Requirement)];

    [Fact]
    public void Requirements_have_ids_of_their_own() =>
        Assert.DoesNotContain(Requirements.Requirements.CountBy(requirement => requirement.Id), count => count.Value > 1);

    [Fact]
    public void Every_requirement_has_a_test_or_a_reason() =>
        Assert.Empty(Requirements.Requirements.Where(requirement => !Proved.Contains(requirement.Id) && requirement.Reason is null).Select(requirement => requirement.Id).Except(Requirements.Pending));

    [Fact]
    public void What_is_pending_has_neither() =>
        Assert.DoesNotContain(Requirements.Pending, id => Proved.Contains(id) || Requirements.Requirements.SingleOrDefault(requirement => requirement.Id == id) is not { Reason: null });

    [Fact]
    public void Every_id_in_a_test_is_a_requirement() =>
        Assert.DoesNotContain(Tests, test => Requirements.Requirements.All(requirement => requirement.Id != test.Requirement));

    [Fact]
    public void The_page_is_up_to_date() =>
        Golden.MatchesFile(Path.Combine(Repository.Root, "docs", "conformance.md"), ConformancePage.Write(Requirements, Tests));
}
