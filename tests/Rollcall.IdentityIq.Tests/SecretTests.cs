using System.Text.Json.Nodes;
using Rollcall.IdentityIq.Isc;
using Rollcall.IdentityIq.Xml;
using Xunit;

namespace Rollcall.IdentityIq.Tests;

/// <summary>A secret goes in, and never out: not into an export, a definition, a message.</summary>
public sealed class SecretTests
{
    private const string Secret = "hunter2-never-to-be-seen";

    public static TheoryData<string> Entries =>
    [
        $"<entry key=\"client_secret\" value=\"{Secret}\"/>",
        $"<entry key=\"client_secret\"><value><String>{Secret}</String></value></entry>",
        $"<entry key=\"client_secret\"><value><Map><entry key=\"a\" value=\"{Secret}\"/></Map></value></entry>",
        $"<entry key=\"oauthBearerToken\" value=\"{Secret}\"/>",
        $"<entry key=\"refresh_token\" value=\"{Secret}\"/>",
        $"<entry key=\"private_key\" value=\"-----BEGIN PRIVATE KEY-----&#10;{Secret}\"/>",
        $"<entry key=\"oauthTokenInfo\" value=\"{Secret}\"/>",
        $"<entry key=\"password\" value=\"{Secret}\"/>",
        $"<entry key=\"oauth2password\" value=\"{Secret}\"/>",
        $"<entry key=\"mine_CA\" value=\"{Secret}\"/>",
        $"<entry key=\"adminPassword\" value=\"{Secret}\"/>",
        $"<entry key=\"X-API-Key\" value=\"{Secret}\"/>",
        $"<entry key=\"mine\" value=\"{Secret}\"/><entry key=\"encrypted\" value=\"a, mine\"/>",
        $"<entry key=\"noAuthHeaders\"><value><Map><entry key=\"authorization\" value=\"Bearer {Secret}\"/></Map></value></entry>",
        $"<entry key=\"oauth_request_parameters\"><value><Map><entry key=\"client_assertion\" value=\"{Secret}\"/></Map></value></entry>",
        $"<entry key=\"oauth_headers\"><value><Map><entry key=\"Cookie\" value=\"{Secret}\"/></Map></value></entry>",
        $"<entry key=\"x\"><value><Thing secret=\"{Secret}\"/></value></entry>",
        $"<entry key=\"x\"><value><List><Map><entry key=\"token\" value=\"{Secret}\"/></Map></List></value></entry>",
    ];

    [Theory]
    [MemberData(nameof(Entries))]
    public void SecretOfXml_IsInNoExport(string entries)
    {
        var imported = ApplicationXml.Read($"<Application name=\"x\"><Attributes><Map>{entries}</Map></Attributes></Application>");
        // The platform's cached token is the one secret that is of no use to anybody.
        Assert.Equal(!entries.Contains("oauthTokenInfo", StringComparison.Ordinal), imported.Secrets.Values.Any(value => value.Contains(Secret, StringComparison.Ordinal)));
        AssertNotIn(imported.Definition);
        Assert.DoesNotContain(Secret, imported.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"client_secret\":\"S\"")]
    [InlineData("\"private_key\":[\"S\"]")]
    [InlineData("\"password\":{\"a\":[{\"b\":\"S\"}]}")]
    [InlineData("\"oauthTokenInfo\":\"S\"")]
    [InlineData("\"headers\":[{\"key\":\"Authorization\",\"value\":\"S\"}]")]
    [InlineData("\"a\":{\"b\":[[{\"apiKey\":\"S\"}]]}")]
    [InlineData("\"mine\":\"S\",\"encrypted\":\"mine\"")]
    public void SecretOfJson_IsInNoExport(string members)
    {
        var attributes = members.Replace("\"S\"", $"\"{Secret}\"", StringComparison.Ordinal);
        foreach (var document in (string[])[$"{{\"source\":{{\"name\":\"x\",\"connectorAttributes\":{{{attributes}}}}}}}", $"{{\"name\":\"x\",\"connectorAttributes\":{{{attributes}}}}}"])
        {
            var imported = SourceJson.Read(document);
            Assert.Equal(!members.Contains("oauthTokenInfo", StringComparison.Ordinal), imported.Secrets.Values.Contains(Secret));
            AssertNotIn(imported.Definition);
        }
    }

    [Fact]
    public void SecretOfAField_IsInNoExport()
    {
        var json = SourceJson.Read($"{{\"source\":{{\"name\":\"x\"}},\"provisioningPolicies\":[{{\"fields\":[{{\"name\":\"password\",\"transform\":{{\"type\":\"static\",\"attributes\":{{\"value\":\"{Secret}\"}}}}}}]}}]}}");
        Assert.Equal(Secret, json.Secrets["password"]);
        AssertNotIn(json.Definition);
    }

    /// <summary>Whoever builds a definition may put a secret where none belongs: it is not written all the same.</summary>
    [Fact]
    public void SecretInADefinition_IsNotWritten() => AssertNotIn(new ApplicationDefinition
    {
        Name = "x",
        CustomHeaders = new Dictionary<string, string> { ["Authorization"] = Secret },
        Attributes = new JsonObject { ["client_secret"] = Secret, ["a"] = new JsonObject { ["$xml"] = $"<Thing password=\"{Secret}\"/>" } },
        Forms = [new ProvisioningForm { Type = "Create", Sections = [new FormSection { Fields = [new FormField { Name = "password", Value = Secret }] }] }],
        OtherObjects = [$"<Other><entry key=\"password\" value=\"{Secret}\"/></Other>"],
    });

    [Theory]
    [InlineData("<entry key=\"client_secret\">S</entry>")]
    [InlineData("<entry key=\"client_secret\"><value>S</value></entry>")]
    [InlineData("<entry key=\"client_secret\" value=\"S\"/><entry key=\"client_secret\" value=\"S\"/>")]
    [InlineData("<entry key=\"authType\" value=\"Basic\"/><entry key=\"password\"><value><List><String>S</String></List></value></entry>")]
    [InlineData("<entry key=\"client_secret\" value=\"S\"")]
    public void Message_ShowsNoSecret(string entries)
    {
        var text = $"<Application name=\"x\"><Attributes><Map>{entries.Replace("S<", $"{Secret}<", StringComparison.Ordinal).Replace("\"S\"", $"\"{Secret}\"", StringComparison.Ordinal)}</Map></Attributes></Application>";
        Assert.DoesNotContain(Secret, Assert.Throws<ApplicationFormatException>(() => ApplicationXml.Read(text)).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Placeholder_ComesBackAsNoSecret()
    {
        var definition = new ApplicationDefinition { Name = "x", Authentication = new Authentication { Type = AuthenticationType.Jwt } };
        Assert.Equal([SecretKeys.PrivateKey, SecretKeys.PrivateKeyPassword], definition.Authentication.NeededSecrets);
        var text = ApplicationXml.Write(definition);
        Assert.Contains("(enter the private key here)", text, StringComparison.Ordinal);
        Assert.Empty(ApplicationXml.Read(text).Secrets);
        Assert.Empty(SourceJson.Read(SourceJson.Write(definition)).Secrets);
    }

    [Theory]
    [InlineData("token_url", false)]
    [InlineData("oauth_headers_to_exclude", false)]
    [InlineData("client_id", false)]
    [InlineData("userName", false)]
    [InlineData("Set-Cookie-Name", false)]
    [InlineData("Proxy-Authorization", true)]
    [InlineData("accessToken", true)]
    [InlineData("CLIENT_SECRET", true)]
    public void Key_IsASecretByItsName(string key, bool isSecret) => Assert.Equal(isSecret, SecretKeys.IsSecret(key));

    private static void AssertNotIn(ApplicationDefinition definition)
    {
        foreach (var text in (string[])[ApplicationXml.Write(definition), ApplicationXml.WriteFragment(definition), SourceJson.Write(definition), SourceJson.WritePatch(definition)])
            Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
    }
}
