using System.Diagnostics;
using System.Text.Json.Nodes;
using Rollcall.Scim.Patch;
using Rollcall.Scim.Schemas;
using Xunit;

namespace Rollcall.Scim.Tests.Patch;

public sealed class PatchEngineTests
{
    [Theory]
    [InlineData("add")]
    [InlineData("replace")]
    [InlineData("remove")]
    public void Large_lists_cost_in_proportion(string op)
    {
        var small = Case(op, 2_000);
        var large = Case(op, 20_000);
        Apply(small);

        var ratio = Cost(large) / Cost(small);

        // Ten if linear, a hundred if quadratic.
        Assert.True(ratio < 50, $"{ratio:0.0} times");

        static double Cost((JsonObject, PatchRequest) work) => Enumerable.Range(0, 3).Min(_ =>
        {
            var start = Stopwatch.GetTimestamp();
            Apply(work);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        });

        static void Apply((JsonObject User, PatchRequest Request) work) => PatchEngine.Apply(work.User, work.Request);

        static (JsonObject, PatchRequest) Case(string op, int count)
        {
            var emails = new JsonArray([.. Enumerable.Range(0, count).Select(i => new JsonObject { ["value"] = $"{i}@example.com", ["type"] = $"t{i % 7}" })]);
            var user = new JsonObject { ["userName"] = "a", ["emails"] = emails };
            return (Json.Body(user), Patches.Parse(ResourceTypes.User, $$"""{"op":"{{op}}","path":"emails","value":{{emails.ToJsonString()}}}"""));
        }
    }

    [Fact]
    public void A_thousand_operations_on_a_long_list_take_a_moment()
    {
        var emails = string.Join(',', Enumerable.Range(0, 1_000).Select(i => $$"""{"value":"{{i}}@example.com","type":"t{{i % 7}}"}"""));
        var user = Json.Body($$"""{"userName":"a","emails":[{{emails}}]}""");
        var request = Patches.Parse(ResourceTypes.User, [.. Enumerable.Range(0, 1000).Select(i => i % 2 == 0
            ? $$"""{"op":"add","path":"emails","value":[{"value":"new{{i}}@example.com","primary":true}]}"""
            : $$"""{"op":"remove","path":"emails[value eq \"{{i}}@example.com\"]"}""")]);

        var result = PatchEngine.Apply(user, request);

        Assert.Equal(1_000, result["emails"]!.AsArray().Count);
    }

    [Fact]
    public void A_required_extension_is_named_in_the_fault()
    {
        var request = Patches.Parse(WidgetType.Widget, """{"op":"remove","path":"urn:example:Info"}""");

        var fault = Assert.Throws<ScimException>(() => PatchEngine.Apply(Json.Body("""{"name":"w","urn:example:Info":{"color":"red"}}"""), request));

        Assert.Equal("mutability", fault.ScimType);
        Assert.Contains("urn:example:Info", fault.Message, StringComparison.Ordinal);
    }
}
