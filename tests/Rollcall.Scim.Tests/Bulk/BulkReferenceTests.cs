using System.Text.Json.Nodes;
using Rollcall.Testing;
using Xunit;

namespace Rollcall.Scim.Tests.Bulk;

/// <summary>The table Data/bulk-references.json.</summary>
public sealed class BulkReferenceTests
{
    private static readonly IReadOnlyDictionary<string, ReferenceRow> References = Cases.Rows<ReferenceRow>("bulk-references.json");

    public static TheoryData<string> Ids => [.. References.Keys];

    [Theory, MemberData(nameof(Ids))]
    public void References_become_ids(string id)
    {
        var row = References[id];
        var operation = BulkRequests.WithData(row.Data, "a", "b", "a b:\"c\"");
        var before = Json.Text(operation.Data);

        Assert.Null(operation.Fault);
        Assert.Equal(Json.Text(row.Expected), Json.Text(operation.ResolveData(name => $"ID-{name.ToUpperInvariant()}")));
        Assert.Equal(before, Json.Text(operation.Data));
    }

    [Fact]
    public void What_has_no_references_is_not_copied()
    {
        var operation = BulkRequests.WithData(new JsonObject { ["x"] = "y" });

        Assert.Same(operation.Data, operation.ResolveData(_ => throw new InvalidOperationException()));
    }

    private sealed record ReferenceRow(string Id, JsonObject Data, JsonObject Expected);
}
