using System.Text.Json.Nodes;
using Rollcall.Scim.Patch;
using Rollcall.Scim.Resources;
using Rollcall.Scim.Schemas;
using Xunit;

namespace Rollcall.Scim.Tests.Patch;

public sealed class PatchRequestTests
{
    [Fact]
    public void More_operations_than_the_limit_are_413()
    {
        PatchRequest.Parse(Body(5), ResourceTypes.User, new PatchOptions { MaxOperations = 5 });

        var fault = Assert.Throws<ScimException>(() => PatchRequest.Parse(Body(6), ResourceTypes.User, new PatchOptions { MaxOperations = 5 }));

        Assert.Equal((413, null), (fault.Status, fault.ScimType));
        Assert.Contains("at most 5", fault.Message, StringComparison.Ordinal);
        Assert.Equal(1000, PatchOptions.Default.MaxOperations);

        static JsonObject Body(int count) => Patches.Body([.. Enumerable.Range(0, count).Select(_ => """{"op":"remove","path":"title"}""")]);
    }

    [Fact]
    public void Split_takes_the_operations_on_one_attribute_out_of_keys_too()
    {
        var request = Patches.Parse(ResourceTypes.Group,
            """{"op":"replace","value":{"id":"g","displayName":"n","members":[{"value":"1"}]}}""",
            """{"op":"remove","path":"MEMBERS[value eq \"2\"]"}""",
            """{"op":"add","path":"externalId","value":"e"}""");

        var (members, others) = request.Split("members");

        Assert.Equal(["Replace members", "Remove members[value eq \"2\"]"], members.Operations.Select(Describe));
        Assert.Equal(["Replace id", "Replace displayName", "Add externalId"], others.Operations.Select(Describe));

        static string Describe(PatchOperation operation) => $"{operation.Verb} {operation.Path}";
    }

    [Fact]
    public void A_request_without_operations_left_gives_the_resource_as_it_is()
    {
        var request = Patches.Parse(ResourceTypes.User, """{"op":"replace","path":"password","value":"secret"}""");

        Assert.Empty(request.Operations);
        var user = CanonicalResource.Arrange(Json.Body("""{"userName":"a"}"""), ResourceTypes.User);
        Assert.True(ResourceComparer.Equal(user, PatchEngine.Apply(user, request)));
    }

    [Fact]
    public void The_body_is_not_changed()
    {
        var body = Patches.Body("""{"op":"add","path":"emails","value":{"value":"a"}}""", """{"op":"add","value":{"emails":[{"value":"b"}],"name":{"givenName":"G"}}}""");
        var before = Json.Text(body);
        var request = PatchRequest.Parse(body, ResourceTypes.User, PatchOptions.Default);

        var once = PatchEngine.Apply(Json.Body("""{"userName":"a"}"""), request);
        var again = PatchEngine.Apply(Json.Body("""{"userName":"a"}"""), request);

        Assert.Equal(before, Json.Text(body));
        Assert.Equal(Json.Text(once), Json.Text(again));
    }
}
