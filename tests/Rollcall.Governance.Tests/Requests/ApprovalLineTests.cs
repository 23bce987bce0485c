using Rollcall.Governance.Applications;
using Rollcall.Governance.Requests;
using Rollcall.Testing;

namespace Rollcall.Governance.Tests.Requests;

/// <summary>Who is in line in which constellation: <c>Data/approvers.json</c>.</summary>
public sealed class ApprovalLineTests
{
    private const string Table = "approvers.json";

    private static readonly string[] People = ["ann", "olga", "otto", "mia"];

    public static TheoryData<string> Ids => [.. Cases.Rows<Row>(Table).Keys];

    // Who is not told of is there: ann asks for herself, olga owns the entitlement, otto the application, mia is the manager.
    private sealed record Row(string Id, string Scheme, IReadOnlyList<string> Steps, string? Note = null, string? Requester = "ann", string Identity = "ann",
        string? EntitlementOwner = "olga", string? ApplicationOwner = "otto", string? Manager = "mia", IReadOnlyList<string>? Inactive = null);

    [Theory]
    [MemberData(nameof(Ids))]
    public void Line_HasThoseOfTheTable(string id)
    {
        var row = Cases.Rows<Row>(Table)[id];
        Candidate? Person(string? name) => name is null ? null : new Candidate(Number(name), name, row.Inactive?.Contains(name) is not true);
        var facts = new ApprovalFacts(Enum.Parse<ApprovalScheme>(row.Scheme, ignoreCase: true), row.Requester is { } requester ? Number(requester) : null, Number(row.Identity),
            Person(row.EntitlementOwner), Person(row.ApplicationOwner), Person(row.Manager));

        var steps = ApprovalLine.Steps(facts);

        Assert.Equal(row.Steps, steps.Select(step => $"{step.Role} {(step.ApproverId is { } approver ? People[approver] : "-")}"));
        if (row.Steps.Count == 1)
            Assert.Equal(row.Note, steps[0].Note);
        // Whatever the table says.
        Assert.DoesNotContain(steps, step => step.ApproverId == facts.RequesterId && step.ApproverId is not null);
        Assert.DoesNotContain(steps, step => step.ApproverId == facts.IdentityId);
    }

    private static int Number(string name) => Array.IndexOf(People, name);
}
