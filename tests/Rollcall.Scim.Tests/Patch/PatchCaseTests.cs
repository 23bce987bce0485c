using System.Text.Json.Nodes;
using Rollcall.Scim.Patch;
using Rollcall.Scim.Resources;
using Rollcall.Scim.Schemas;
using Rollcall.Testing;
using Xunit;

namespace Rollcall.Scim.Tests.Patch;

/// <summary>The table Data/patch.json against the engine.</summary>
public sealed class PatchCaseTests
{
    private static readonly IReadOnlyDictionary<string, Row> Rows = Cases.Rows<Row>("patch.json");

    public static TheoryData<string> Applied => [.. Rows.Values.Where(row => row.Error is null).Select(row => row.Id)];

    public static TheoryData<string> Refused => [.. Rows.Values.Where(row => row.Error is not null).Select(row => row.Id)];

    [Theory, MemberData(nameof(Applied))]
    public void Patch_gives_this_resource(string id)
    {
        var row = Rows[id];
        var resource = row.ToResource();
        var before = Json.Text(resource);

        var result = PatchEngine.Apply(resource, row.ToRequest());

        Assert.Equal(before, Json.Text(resource));
        Assert.Equal(Json.Text(result), Json.Text(CanonicalResource.Arrange(result, row.ResourceType)));
        if (row.Expected!["schemas"] is null)
            result.Remove("schemas");
        Assert.Equal(Json.Text(row.Expected), Json.Text(result));
    }

    [Theory, MemberData(nameof(Applied))]
    public void Patch_gives_the_same_when_it_is_sent_again_where_it_only_sets(string id)
    {
        var row = Rows[id];
        var once = PatchEngine.Apply(row.ToResource(), row.ToRequest());

        var twice = PatchEngine.Apply(once, row.ToRequest());

        Assert.True(ResourceComparer.Equal(once, twice), $"{Json.Text(once)} became {Json.Text(twice)}");
    }

    [Theory, MemberData(nameof(Refused))]
    public void Patch_is_refused_and_changes_nothing(string id)
    {
        var row = Rows[id];
        var resource = row.ToResource();
        var before = Json.Text(resource);
        // Faults of syntax show before the resource is looked at, all others when it is: a stale version stands between them.
        var isSyntax = row.Error!.ScimType is "invalidSyntax" or "invalidPath" or "invalidFilter";

        var request = isSyntax ? null : row.ToRequest();
        var fault = Assert.Throws<ScimException>(() => isSyntax ? (object)row.ToRequest() : PatchEngine.Apply(resource, request!));

        row.Error.Check(fault);
        Assert.Equal(before, Json.Text(resource));
    }

    private sealed record Row(
        string Id,
        JsonObject? Resource = null,
        JsonArray? Operations = null,
        JsonObject? Body = null,
        JsonObject? Expected = null,
        ExpectedFault? Error = null,
        string? Type = null,
        bool Strict = false)
    {
        public ResourceType ResourceType => WidgetType.Named(Type);

        public JsonObject ToResource() => CanonicalResource.Arrange(Json.Body(Resource ?? []), ResourceType);

        public PatchRequest ToRequest() => PatchRequest.Parse(
            Json.Body(Body ?? new JsonObject { ["schemas"] = new JsonArray(SchemaUris.PatchOp), [nameof(Operations)] = Operations!.DeepClone() }),
            ResourceType,
            new PatchOptions { Reader = new ReaderOptions { Strict = Strict } });
    }
}
