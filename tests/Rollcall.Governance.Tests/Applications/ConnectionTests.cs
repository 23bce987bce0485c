using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Rollcall.Governance.Tests.Provisioning;

namespace Rollcall.Governance.Tests.Applications;

/// <summary>What is tried of an application before it is relied on.</summary>
public sealed class ConnectionTests
{
    [Fact]
    public async Task Connection_ThatWorks_PassesEveryCheck()
    {
        await using var world = await World.StartAsync();
        await world.UserAsync("ada");
        var report = (await world.App.CallAsync("POST", "/applications/target/test")).Expect(200).Body;
        Assert.True((bool)report["ok"]!, report.ToJsonString());
        Assert.Equal(7, report["checks"]!.AsArray().Count);
        Assert.Equal("patch, filter, etag, sort, bulk, cursor", (string)report["checks"]![0]!["answered"]!);
        Assert.Equal("one of 1", (string)report["checks"]![5]!["answered"]!);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, "text/html", "<html>no</html>", "The server does not take these credentials")]
    [InlineData(HttpStatusCode.NotFound, "application/scim+json", "{}", "check the base URL")]
    [InlineData(HttpStatusCode.OK, "text/html", "<html>welcome</html>", "Something answers, but not SCIM")]
    [InlineData(HttpStatusCode.OK, "application/scim+json", "{\"Resources\":[", "Something answers, but not SCIM")]
    [InlineData(HttpStatusCode.InternalServerError, "text/plain", "oops", "its log says why")]
    public async Task Connection_ThatDoesNotWork_IsToldWithWhatToDo(HttpStatusCode status, string type, string body, string advice)
    {
        var meddler = new Meddler { Before = (_, _, _) => Task.FromResult<HttpResponseMessage?>(new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, type) }) };
        await using var world = await World.StartAsync(null, meddler);
        var report = (await world.App.CallAsync("POST", "/applications/target/test")).Expect(200).Body;
        Assert.False((bool)report["ok"]!);
        Assert.All(report["checks"]!.AsArray(), check => Assert.Contains(advice, (string)check!["advice"]!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Secret_ThatIsWrong_IsToldOnce_AndStandsNowhere()
    {
        await using var world = await World.StartAsync();
        world.App.Log.Hide("not-the-right-secret");
        (await world.App.CallAsync("PATCH", "/applications/target", JsonNode.Parse("""{"secrets":{"clientSecret":"not-the-right-secret"}}"""))).Expect(200);
        var report = (await world.App.CallAsync("POST", "/applications/target/test")).Expect(200).Body;
        Assert.False((bool)report["ok"]!);
        Assert.Contains("client secret", (string)report["checks"]![0]!["advice"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-right-secret", report.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Discovery_FlattensToSailPointsNames_WithTheVersion_AndTellsWhatChanged()
    {
        await using var world = await World.StartAsync();
        var first = (await world.App.CallAsync("POST", "/applications/target/discover")).Expect(200).Body;
        var names = first["accounts"]!["attributes"]!.AsArray().Select(attribute => (string)attribute!["name"]!).ToList();
        Assert.Superset(new HashSet<string>(["userName", "name.givenName", "emails.work.value", "meta.version", "groups", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"]), names.ToHashSet());
        var groups = first["accounts"]!["attributes"]!.AsArray().Single(attribute => (string)attribute!["name"]! == "groups")!;
        Assert.True((bool)groups["entitlement"]! && (bool)groups["multi"]! && (bool)groups["readOnly"]!);
        Assert.Contains("meta.version", first["groups"]!["attributes"]!.AsArray().Select(attribute => (string)attribute!["name"]!));
        Assert.Equal(names, first["accounts"]!["added"]!.AsArray().Select(name => (string)name!));

        var second = (await world.App.CallAsync("POST", "/applications/target/discover")).Expect(200).Body;
        Assert.Equal("[]", second["accounts"]!["added"]!.ToJsonString());
        Assert.Equal("[]", second["accounts"]!["changed"]!.ToJsonString());
    }

    [Fact]
    public async Task Preview_ReadsTheFirst_AndPolicies_AreWorkedOut_WithoutKeepingAnything()
    {
        await using var world = await World.StartAsync();
        await world.UserAsync("ada");
        await world.App.IdentityAsync("ada");
        var preview = (await world.App.CallAsync("POST", "/applications/target/preview", new JsonObject { ["kind"] = "accounts", ["count"] = 1 })).Expect(200).Body;
        Assert.Equal((1, "ada@example.com"), ((int)preview["total"]!, (string)preview["resources"]![0]!["userName"]!));
        var policies = (await world.App.CallAsync("POST", "/applications/target/policies/preview", new JsonObject { ["identity"] = "ADA@example.com" })).Expect(200).Body;
        Assert.Equal("""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":"ada","active":true,"userName":"ada@example.com"}""", policies["create"]!.ToJsonString());
        (await world.App.CallAsync("POST", "/applications/target/policies/preview", new JsonObject { ["identity"] = "nobody" })).Expect(400);
    }

    [Fact]
    public async Task Server_ThatIsDown_IsABadGateway_InItsOwnWords()
    {
        var meddler = new Meddler { Before = (_, _, _) => throw new HttpRequestException(HttpRequestError.ConnectionError) };
        await using var world = await World.StartAsync(new JsonObject { ["timeout"] = 1 }, meddler);
        var refused = world.App.CallAsync("POST", "/applications/target/discover");
        while (!refused.IsCompleted)
        {
            // Reads are repeated, by this clock.
            world.App.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
        Assert.Contains("could not be asked", (string)(await refused).Expect(502).Body["detail"]!, StringComparison.Ordinal);
    }
}
