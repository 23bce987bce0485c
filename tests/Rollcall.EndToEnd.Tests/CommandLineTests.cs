using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Rollcall.EndToEnd.Tests.Support;

namespace Rollcall.EndToEnd.Tests;

/// <summary>The verbs of the command line against the real server: what they do, their exit codes, and that JSON is one document.</summary>
public sealed class CommandLineTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private RollcallServer _server = null!;

    private RollcallCommand Rollcall => _server.Command;

    public async ValueTask InitializeAsync() => _server = await RollcallServer.StartAsync(_folder.Path);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Integrations_FromCreationToDeletion()
    {
        var made = await Rollcall.JsonAsync("integrations", "create", "acme", "--platform", "okta", "--rate-limit", "500");
        Assert.Equal($"{_server.Url}/scim/acme/v2", made.GetProperty("scimBaseUrl").GetString());
        Assert.Equal("follow", made.GetProperty("rules").GetProperty("groupRename").GetString());
        var secret = made.GetProperty("clientSecret").GetString()!;
        var client = made.GetProperty("clientId").GetString()!;
        Assert.NotNull(await TokenAsync(made.GetProperty("tokenUrl").GetString()!, client, secret));
        await RefusedAsync("already", "integrations", "create", "acme");

        // Shown again, it has no secret.
        var shown = await Rollcall.JsonAsync("integrations", "show", "acme");
        Assert.False(shown.TryGetProperty("clientSecret", out _));
        Assert.DoesNotContain(secret, (await Rollcall.RunAsync("integrations", "show", "acme")).Output, StringComparison.Ordinal);
        Assert.Equal("acme", Assert.Single((await Rollcall.JsonAsync("integrations", "list")).GetProperty("items").EnumerateArray()).GetProperty("name").GetString());

        var updated = await Rollcall.JsonAsync("integrations", "update", "acme", "--unconditional-put", "require");
        Assert.Equal("require", updated.GetProperty("rules").GetProperty("unconditionalPut").GetString());
        Assert.Equal(500, updated.GetProperty("rules").GetProperty("rateLimit").GetInt32());

        // Both secrets are valid for a while; then the old one is revoked by its id.
        var rotated = await Rollcall.JsonAsync("integrations", "rotate-secret", "acme", "--overlap", "1h");
        var newSecret = rotated.GetProperty("clientSecret").GetString()!;
        Assert.NotEqual(secret, newSecret);
        Assert.NotNull(await TokenAsync(made.GetProperty("tokenUrl").GetString()!, client, secret));
        Assert.NotNull(await TokenAsync(made.GetProperty("tokenUrl").GetString()!, client, newSecret));
        var oldId = rotated.GetProperty("secrets").EnumerateArray().Single(entry => entry.TryGetProperty("expiresAt", out var expires) && expires.ValueKind == JsonValueKind.String).GetProperty("id").GetString()!;
        await DoneAsync("integrations", "revoke-secret", "acme", oldId);
        Assert.Null(await TokenAsync(made.GetProperty("tokenUrl").GetString()!, client, secret));
        Assert.NotNull(await TokenAsync(made.GetProperty("tokenUrl").GetString()!, client, newSecret));

        await DoneAsync("integrations", "delete", "acme");
        await RefusedAsync("acme", "integrations", "show", "acme");
    }

    [Fact]
    public async Task DisabledIntegration_LosesAccessWithinASecond_AndGetsItBack()
    {
        var platform = await _server.AddIntegrationAsync("acme");
        var shown = await Rollcall.JsonAsync("integrations", "rotate-secret", "acme");
        var token = await TokenAsync($"{_server.Url}/oauth/token", shown.GetProperty("clientId").GetString()!, shown.GetProperty("clientSecret").GetString()!);
        using var byStaticToken = platform.Connect();
        using var byOAuth = (platform with { Token = token! }).Connect();
        foreach (var http in (HttpClient[])[byStaticToken, byOAuth])
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(http));

        await DoneAsync("integrations", "disable", "acme");
        var since = Stopwatch.StartNew();
        foreach (var http in (HttpClient[])[byStaticToken, byOAuth])
        {
            while (await StatusAsync(http) != HttpStatusCode.Unauthorized)
                Assert.InRange(since.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        }
        Assert.Null(await TokenAsync($"{_server.Url}/oauth/token", shown.GetProperty("clientId").GetString()!, shown.GetProperty("clientSecret").GetString()!));

        await DoneAsync("integrations", "enable", "acme");
        foreach (var http in (HttpClient[])[byStaticToken, byOAuth])
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(http));
    }

    [Fact]
    public async Task Keys_SignInsteadOfASecret_AndEndWhenRevoked()
    {
        var made = await Rollcall.JsonAsync("integrations", "create", "acme");
        var (client, tokenUrl) = (made.GetProperty("clientId").GetString()!, made.GetProperty("tokenUrl").GetString()!);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(_folder["public.pem"], key.ExportSubjectPublicKeyInfoPem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder["private.pem"], key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        Assert.Equal(2, (await Rollcall.RunAsync("integrations", "add-key", "acme", $"@{_folder["private.pem"]}")).Exit);

        var added = (await Rollcall.JsonAsync("integrations", "add-key", "acme", $"@{_folder["public.pem"]}")).GetProperty("key");
        Assert.Equal("ES256", added.GetProperty("algorithm").GetString());
        var token = await TokenByKeyAsync(tokenUrl, client, key, added.GetProperty("keyId").GetString()!);
        using var http = new ScimAccess("acme", $"{_server.Url}/scim/acme/v2", token!).Connect();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http));

        await DoneAsync("integrations", "revoke-key", "acme", added.GetProperty("id").GetString()!);
        Assert.Null(await TokenByKeyAsync(tokenUrl, client, key, added.GetProperty("keyId").GetString()!));
        // What it has signed for goes on, as with secrets.
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http));
    }

    [Fact]
    public async Task StaticTokens_AreRotatedWithAnOverlap_AndRevoked()
    {
        var platform = await _server.AddIntegrationAsync("acme");
        using var old = platform.Connect();
        var rotated = await Rollcall.JsonAsync("integrations", "rotate-token", "acme", "--overlap", "1h");
        using var current = (platform with { Token = rotated.GetProperty("token").GetString()! }).Connect();
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await StatusAsync(old), await StatusAsync(current)));
        Assert.Contains("ends on", (await Rollcall.RunAsync("integrations", "show", "acme")).Output, StringComparison.Ordinal);

        await DoneAsync("integrations", "revoke-token", "acme", rotated.GetProperty("tokens")[1].GetProperty("id").GetString()!);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (await StatusAsync(old), await StatusAsync(current)));
        Assert.DoesNotContain("ends on", (await Rollcall.RunAsync("integrations", "show", "acme")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeletedIntegration_TakesNestedGroupsAndUsersWithIt_OnlyWithCascade()
    {
        var platform = await _server.AddIntegrationAsync("acme");
        var (inner, _) = await _server.AddListAsync(platform, "inner");
        var (outer, _) = await _server.AddListAsync(platform, "outer");
        using var http = platform.Connect();
        using var made = await SendAsync(http, HttpMethod.Post, "Users", """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann"}""");
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        using var nested = await SendAsync(http, HttpMethod.Patch, $"Groups/{outer}",
            $$"""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"{{inner}}","type":"Group"}]}]}""");
        Assert.Equal(HttpStatusCode.NoContent, nested.StatusCode);

        await RefusedAsync("cascade", "integrations", "delete", "acme");
        await DoneAsync("integrations", "delete", "acme", "--cascade");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http));
        Assert.Empty((await Rollcall.JsonAsync("lists", "list")).GetProperty("items").EnumerateArray());
        Assert.Empty((await Rollcall.JsonAsync("users", "list")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task ListsAndMembers()
    {
        var made = await Rollcall.JsonAsync("lists", "create", "--name", "on-call", "--title", "On call", "--owner", "ann", "--grant-role", "pager", "--grant-trait", "team=sre");
        Assert.Equal(1, made.GetProperty("revision").GetInt64());
        await DoneAsync("lists", "create", "--name", "leads", "--title", "Leads", "--owner-list", "on-call");
        await RefusedAsync("already", "lists", "create", "--name", "on-call", "--title", "Again", "--owner", "ann");
        Assert.Equal(["leads", "on-call"], (await Rollcall.JsonAsync("lists", "list")).GetProperty("items").EnumerateArray().Select(list => list.GetProperty("name").GetString()));

        var updated = await Rollcall.JsonAsync("lists", "update", "on-call", "--title", "On call now");
        Assert.Equal("On call now", updated.GetProperty("title").GetString());
        Assert.Equal("pager", updated.GetProperty("grants").GetProperty("roles")[0].GetString());

        await DoneAsync("lists", "members", "add", "on-call", "bob", "--reason", "his week", "--expires", "2999-01-01");
        await DoneAsync("lists", "members", "add", "on-call", "bob", "--reason", "his week", "--expires", "2999-01-01");
        var member = Assert.Single((await Rollcall.JsonAsync("lists", "members", "list", "on-call")).GetProperty("items").EnumerateArray());
        Assert.Equal(("bob", "his week"), (member.GetProperty("name").GetString(), member.GetProperty("reason").GetString()));
        var shown = await Rollcall.JsonAsync("lists", "show", "on-call");
        Assert.Equal((3L, 1L), (shown.GetProperty("revision").GetInt64(), shown.GetProperty("memberCount").GetInt64()));
        await DoneAsync("lists", "members", "remove", "on-call", "bob");
        await RefusedAsync("bob", "lists", "members", "remove", "on-call", "bob");
        await RefusedAsync("leads", "lists", "delete", "on-call");
        await DoneAsync("lists", "delete", "leads");
        await DoneAsync("lists", "delete", "on-call");
        await RefusedAsync("on-call", "lists", "show", "on-call");
    }

    [Fact]
    public async Task ListOfAPlatform_IsNotChangedFromHere()
    {
        var platform = await _server.AddIntegrationAsync("acme");
        await _server.AddListAsync(platform, "payroll");
        await RefusedAsync("SCIM", "lists", "members", "add", "payroll", "bob");
    }

    [Fact]
    public async Task Users()
    {
        var made = await Rollcall.JsonAsync("users", "create", "bob", "--display-name", "Bob", "--role", "employee");
        var id = made.GetProperty("id").GetString()!;
        await RefusedAsync("userName", "users", "create", "BOB");
        Assert.Equal(id, Assert.Single((await Rollcall.JsonAsync("users", "list", "--user-name", "BOB")).GetProperty("items").EnumerateArray()).GetProperty("id").GetString());
        await DoneAsync("users", "block", "bob");
        Assert.True((await Rollcall.JsonAsync("users", "show", id)).GetProperty("blocked").GetBoolean());
        await DoneAsync("users", "unblock", "bob");
        Assert.False((await Rollcall.JsonAsync("users", "show", id)).GetProperty("blocked").GetBoolean());
        await DoneAsync("users", "delete", id);
        await RefusedAsync(id, "users", "show", id);
    }

    [Fact]
    public async Task WrongUsage_Is2_AndNoServer_Is3()
    {
        Assert.Equal(2, (await Rollcall.RunAsync("lists", "create", "--name", "lacks-the-rest")).Exit);
        Assert.Equal(2, (await Rollcall.RunAsync("no-such-verb")).Exit);
        var unreachable = await Rollcall.RunAsync("lists", "list", "--url", "http://127.0.0.1:9");
        Assert.Equal((3, ""), (unreachable.Exit, unreachable.Output));
        Assert.Contains("http://127.0.0.1:9", unreachable.Error, StringComparison.Ordinal);
        var stranger = await Rollcall.RunAsync("lists", "list", "--token", "not-the-token-not-the-token-not-the-token");
        Assert.Equal((1, ""), (stranger.Exit, stranger.Output));
    }

    // As text and as JSON, a verb that is done says so on standard output alone.
    private async Task DoneAsync(params string[] arguments)
    {
        var result = await Rollcall.RunAsync([.. arguments, "--output", "json"]);
        Assert.Equal((0, ""), (result.Exit, result.Error));
        Assert.Equal(JsonValueKind.Object, result.Json.ValueKind);
    }

    private async Task RefusedAsync(string says, params string[] arguments)
    {
        var result = await Rollcall.RunAsync(arguments);
        Assert.Equal((1, ""), (result.Exit, result.Output));
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
    }

    private static async Task<string?> TokenAsync(string tokenUrl, string client, string secret)
    {
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("grant_type", "client_credentials"), KeyValuePair.Create("client_id", client), KeyValuePair.Create("client_secret", secret)]);
        using var response = await http.PostAsync(new Uri(tokenUrl), form, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return response.IsSuccessStatusCode ? JsonElement.Parse(text).GetProperty("access_token").GetString() : null;
    }

    private static async Task<string?> TokenByKeyAsync(string tokenUrl, string client, ECDsa key, string keyId)
    {
        var issuer = tokenUrl[..tokenUrl.IndexOf("/oauth/", StringComparison.Ordinal)];
        var exp = TimeProvider.System.GetUtcNow().AddMinutes(1).ToUnixTimeSeconds();
        var signed = $"{Encode(new { alg = "ES256", kid = keyId })}.{Encode(new { iss = client, sub = client, aud = issuer, jti = Guid.NewGuid(), exp })}";
        var assertion = $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(
        [
            KeyValuePair.Create("grant_type", "client_credentials"),
            KeyValuePair.Create("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            KeyValuePair.Create("client_assertion", assertion),
        ]);
        using var response = await http.PostAsync(new Uri(tokenUrl), form, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return response.IsSuccessStatusCode ? JsonElement.Parse(text).GetProperty("access_token").GetString() : null;

        static string Encode<T>(T json) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(json));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http)
    {
        using var response = await http.GetAsync(new Uri("Users?count=1", UriKind.Relative), TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient http, HttpMethod method, string path, string body) => http.SendAsync(
        new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/scim+json") }, TestContext.Current.CancellationToken);
}
