using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Rollcall.Governance.Provisioning;

namespace Rollcall.Governance.Tests.Provisioning;

/// <summary>Accounts against a real server.</summary>
public sealed class AccountTests
{
    [Fact]
    public async Task Account_IsMadeByTheCreatePolicy_ChangedByTheUpdatePolicy_Disabled_Enabled_AndDeleted()
    {
        await using var world = await World.StartAsync(JsonNode.Parse(
            """
            {"createPolicy":{"userName":"{{ identity.email }}","emails.work.value":"{{ identity.email }}","name.givenName":"{{ identity.givenName }}"},
             "updatePolicy":{"emails.work.value":"{{ identity.id }}@example.org","displayName":"{{ identity.givenName | upcase }}"}}
            """)!.AsObject());
        var ada = await world.App.IdentityAsync("ada");
        Assert.Equal("done", await StateAsync(world, Operation.CreateAccount, ada));
        var made = await UserAsync(world);
        Assert.Equal("ada", (string)made["externalId"]!);
        Assert.Equal("""[{"value":"ada@example.com","type":"work","primary":true}]""", made["emails"]!.ToJsonString());
        Assert.Equal("ada", (string)made["name"]!["givenName"]!);

        Assert.Equal("done", await StateAsync(world, Operation.UpdateAccount, ada));
        var changed = await UserAsync(world);
        // An address whose value changes keeps its type and stays primary.
        Assert.Equal("""[{"value":"ada@example.org","type":"work","primary":true}]""", changed["emails"]!.ToJsonString());
        Assert.Equal("ADA", (string)changed["displayName"]!);
        Assert.Equal("done", await StateAsync(world, Operation.UpdateAccount, ada));
        Assert.Equal((string)changed["meta"]!["version"]!, (string)(await UserAsync(world))["meta"]!["version"]!);

        Assert.Equal("done", await StateAsync(world, Operation.DisableAccount, ada));
        Assert.False((bool)(await UserAsync(world))["active"]!);
        Assert.Equal("done", await StateAsync(world, Operation.EnableAccount, ada));
        Assert.True((bool)(await UserAsync(world))["active"]!);
        Assert.Equal("done", await StateAsync(world, Operation.DeleteAccount, ada));
        Assert.Equal(404, (await world.Target.ScimAsync("GET", $"/Users/{(string)made["id"]!}")).Status);
        Assert.Equal("done", await StateAsync(world, Operation.DeleteAccount, ada));
        Assert.Equal("failed", await StateAsync(world, Operation.EnableAccount, ada));
    }

    [Fact]
    public async Task Account_ThatIsThereAlready_IsTaken()
    {
        await using var world = await World.StartAsync();
        var id = await world.UserAsync("ada");
        Assert.Equal("done", await StateAsync(world, Operation.CreateAccount, await world.App.IdentityAsync("ada")));
        var shown = (await world.App.CallAsync("GET", "/transactions")).Expect(200).Items[0]!;
        Assert.Equal("The account was there already.", (string)shown["message"]!);
        Assert.Equal("ada@example.com", (string)shown["account"]!);
        Assert.Equal(id, await world.App.Server.Database.ReadAsync(session => session.FirstAsync("select scim_id from accounts", row => row.GetString(0))));
    }

    [Fact]
    [Trait("req", "S-111")]
    public async Task Account_ThatIsThereAlready_IsFound_OnAServerWithoutFilters()
    {
        var meddler = new Meddler
        {
            Before = (_, request, _) => Task.FromResult(request.RequestUri!.AbsolutePath.EndsWith("/ServiceProviderConfig", StringComparison.Ordinal)
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("""{"patch":{"supported":true},"filter":{"supported":false}}""", Encoding.UTF8, "application/scim+json") }
                : null),
        };
        await using var world = await World.StartAsync(null, meddler);
        await world.UserAsync("bob");
        var id = await world.UserAsync("ada");

        Assert.Equal("done", await StateAsync(world, Operation.CreateAccount, await world.App.IdentityAsync("ada")));

        Assert.Equal(id, await world.App.Server.Database.ReadAsync(session => session.FirstAsync("select scim_id from accounts", row => row.GetString(0))));
        Assert.Contains("GET /Users", meddler.Passed);
        Assert.DoesNotContain("POST /Users/.search", meddler.Passed);
    }

    [Fact]
    public async Task Account_OfSomebodyElse_IsNotTaken()
    {
        await using var world = await World.StartAsync(JsonNode.Parse("""{"createPolicy":{"userName":"shared"}}""")!.AsObject());
        Assert.Equal("done", await StateAsync(world, Operation.CreateAccount, await world.App.IdentityAsync("ada")));
        Assert.Equal("failed", await StateAsync(world, Operation.CreateAccount, await world.App.IdentityAsync("bob")));
        Assert.Contains("belongs to ada", (string)(await world.App.CallAsync("GET", "/transactions")).Expect(200).Items[0]!["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"createPolicy":{}}""", "The Create policy gives no userName for ada.")]
    [InlineData("""{"createPolicy":{"userName":"{{ identity.nickname }}"}}""", "The Create policy gives no userName for ada.")]
    public async Task Policy_ThatGivesNoAccount_FailsTheMembershipThatWaitsForIt(string definition, string reason)
    {
        await using var world = await World.StartAsync(JsonNode.Parse(definition)!.AsObject());
        var shown = await world.App.TransactionAsync(await world.App.PlanAsync(world.ApplicationId, await world.App.IdentityAsync("ada"), world.GroupId));
        Assert.Equal("failed", (string)shown["state"]!);
        Assert.Contains(reason, (string)shown["message"]!, StringComparison.Ordinal);
        Assert.Empty(await world.Target.MembersAsync("prod"));
    }

    [Fact]
    public async Task LostAnswer_ToAnAccountsCreation_IsLookedFor()
    {
        var meddler = new Meddler { After = (_, request, _) => request.Method == HttpMethod.Post && request.RequestUri!.AbsolutePath.EndsWith("/Users", StringComparison.Ordinal) ? throw new HttpRequestException(HttpRequestError.ResponseEnded) : Task.CompletedTask };
        await using var world = await World.StartAsync(null, meddler);
        Assert.Equal("done", await StateAsync(world, Operation.CreateAccount, await world.App.IdentityAsync("ada")));
        Assert.Single(meddler.Passed, "POST /Users");
    }

    [Fact]
    public async Task RivalChange_OfAnAccount_IsA412_AndTheAccountIsReadAgain()
    {
        var meddler = new Meddler();
        await using var world = await World.StartAsync(JsonNode.Parse("""{"updatePolicy":{"displayName":"Ada"}}""")!.AsObject(), meddler);
        var ada = await world.PersonAsync("ada");
        var isFirst = true;
        meddler.Before = async (_, request, _) =>
        {
            if (request.Method == HttpMethod.Patch && isFirst)
            {
                isFirst = false;
                Assert.Equal(200, (await world.Target.ScimAsync("PATCH", $"/Users/{world.UserIds["ada"]}", JsonNode.Parse(
                    """{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"nickName","value":"rival"}]}"""))).Status);
            }
            return null;
        };
        Assert.Equal("done", await StateAsync(world, Operation.UpdateAccount, ada));
        var user = await UserAsync(world);
        Assert.Equal(("Ada", "rival"), ((string)user["displayName"]!, (string)user["nickName"]!));
        Assert.Equal(2, meddler.Passed.Count(passed => passed.StartsWith("PATCH", StringComparison.Ordinal)));
    }

    [Theory]
    [Trait("req", "S-150")]
    [InlineData("Ada Lovelace", "done", "The server keeps some of them in a form of its own.")]
    [InlineData("before", "failed", "The server acknowledged the change, but the account does not show it.")]
    public async Task Value_ThatAServerKeepsInAFormOfItsOwn_IsNoFailure_ButOneThatItIgnoresIs(string kept, string state, string says)
    {
        var meddler = new Meddler();
        await using var world = await World.StartAsync(JsonNode.Parse("""{"updatePolicy":{"displayName":"ada  LOVELACE"},"provisioningMaxRetries":0}""")!.AsObject(), meddler);
        var ada = await world.PersonAsync("ada");
        Assert.Equal(200, (await world.Target.ScimAsync("PATCH", $"/Users/{world.UserIds["ada"]}", JsonNode.Parse(
            """{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"displayName","value":"before"}]}"""))).Status);
        meddler.Before = async (_, request, cancellationToken) =>
        {
            if (request.Method == HttpMethod.Patch)
            {
                var body = await request.Content!.ReadAsStringAsync(cancellationToken);
                request.Content = new StringContent(body.Replace("ada  LOVELACE", kept, StringComparison.Ordinal), Encoding.UTF8, "application/scim+json");
            }
            return null;
        };

        var shown = await world.App.TransactionAsync(await world.App.PlanAsync(world.ApplicationId, Operation.UpdateAccount, ada));

        Assert.Equal(state, (string)shown["state"]!);
        Assert.Contains(says, (string)shown["attempts"]![0]!["reason"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusal_OfAServer_FailsWithItsWords_AndIsNotRetried()
    {
        var meddler = new Meddler { Before = (_, request, _) => Task.FromResult(request.Method == HttpMethod.Post ? Meddler.Error(HttpStatusCode.Forbidden, "no licence left") : null) };
        await using var world = await World.StartAsync(null, meddler);
        Assert.Equal("failed", await StateAsync(world, Operation.CreateAccount, await world.App.IdentityAsync("ada")));
        Assert.Equal("403 Forbidden: no licence left. Not retried, because the application's retryableErrors has none of its texts (412, Precondition Failed, 429, 503).",
            (string)(await world.App.CallAsync("GET", "/transactions")).Expect(200).Items[0]!["message"]!);
    }

    private static async Task<string> StateAsync(World world, Operation operation, long identityId) =>
        (string)(await world.App.TransactionAsync(await world.App.PlanAsync(world.ApplicationId, operation, identityId)))["state"]!;

    private static async Task<JsonNode> UserAsync(World world) =>
        (await world.Target.ScimAsync("GET", "/Users?filter=externalId%20eq%20%22ada%22%20or%20userName%20eq%20%22ada@example.com%22")).Body!["Resources"]!.AsArray().Single()!;
}
