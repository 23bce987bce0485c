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
        var emails = new JsonArray([.. Enumerable.Range(0, Linear.Many).Select(i => new JsonObject { ["value"] = $"{i}@example.com", ["type"] = $"t{i % 7}" })]);
        var user = Json.Body(new JsonObject { ["userName"] = "a", ["emails"] = emails });
        var request = Patches.Parse(ResourceTypes.User, $$"""{"op":"{{op}}","path":"emails","value":{{emails.ToJsonString()}}}""");

        Linear.Check(() => Assert.Equal(op == "remove" ? null : Linear.Many, PatchEngine.Apply(user, request)["emails"]?.AsArray().Count));
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
