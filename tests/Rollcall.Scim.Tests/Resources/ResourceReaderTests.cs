using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Rollcall.Scim.Resources;
using Rollcall.Scim.Schemas;
using Xunit;

namespace Rollcall.Scim.Tests.Resources;

public sealed class ResourceReaderTests
{
    [Fact]
    public void S089_one_certificate_is_read_with_or_without_padding_and_a_chain_is_not()
    {
        using var key = RSA.Create(1024);
        using var certificate = new CertificateRequest("CN=a", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        var der = certificate.RawData;
        var text = Convert.ToBase64String(der);

        Assert.Equal(text, Read(text));
        Assert.Equal(text.TrimEnd('='), Read(text.TrimEnd('=')));
        Assert.Contains("X.509", Assert.Throws<ScimException>(() => Read(Convert.ToBase64String([.. der, .. der]))).Message, StringComparison.Ordinal);
        Assert.Contains("X.509", Assert.Throws<ScimException>(() => Read(Convert.ToBase64String(der[..^1]))).Message, StringComparison.Ordinal);

        static string Read(string value)
        {
            var attribute = StandardSchemas.User.Find("x509Certificates")!;
            return ValueReader.ReadElement(attribute, new JsonObject { ["value"] = value }, "x509Certificates", ReaderOptions.Default)!["value"]!.GetValue<string>();
        }
    }

    [Fact]
    public void A_text_over_the_limit_is_refused_without_being_echoed()
    {
        var title = StandardSchemas.User.Find("title")!;
        var options = new ReaderOptions { MaxTextLength = 10 };

        Assert.Equal("1234567890", ValueReader.Read(title, "1234567890", "title", options)!.GetValue<string>());
        var fault = Assert.Throws<ScimException>(() => ValueReader.Read(title, "12345678901", "title", options));

        Assert.Equal(("invalidValue", "title must be at most 10 characters long."), (fault.ScimType, fault.Message));
    }

    [Fact]
    public void S241_immutable_values_are_kept_and_others_refused()
    {
        var stored = Widget("""{"name":"w","serial":"Ab","owner":{"value":"1","code":"c"},"urn:example:Info":{"color":"r"}}""");

        Assert.Equal("Ab", Replace("""{"name":"v","serial":" ab","owner":{"value":"2"},"urn:example:Info":{"color":"r"}}""")["serial"]!.GetValue<string>());
        Assert.Equal("""{"value":"2","code":"c"}""", Json.Text(Replace("""{"name":"v","owner":{"value":"2"},"urn:example:Info":{"color":"r"}}""")["owner"]));
        Assert.Equal("Ab", Replace("""{"name":"v","urn:example:Info":{"color":"r"}}""")["serial"]!.GetValue<string>());
        Assert.Equal("mutability", Assert.Throws<ScimException>(() => Replace("""{"name":"v","serial":"x","urn:example:Info":{"color":"r"}}""")).ScimType);
        Assert.Equal("mutability", Assert.Throws<ScimException>(() => Replace("""{"name":"v","owner":{"value":"2","code":"d"},"urn:example:Info":{"color":"r"}}""")).ScimType);

        JsonObject Replace(string replacement) => ResourceReader.KeepImmutable(stored, Widget(replacement), WidgetType.Widget);
    }

    [Fact]
    public void S242_immutable_values_can_be_given_where_there_are_none()
    {
        var stored = Widget("""{"name":"w","urn:example:Info":{"color":"r"}}""");
        var replacement = Widget("""{"name":"w","serial":"1","urn:example:Info":{"color":"r"}}""");

        Assert.True(ResourceComparer.Equal(replacement, ResourceReader.KeepImmutable(stored, replacement, WidgetType.Widget)));
    }

    [Fact]
    public void Large_groups_cost_in_proportion()
    {
        var members = string.Join(',', Enumerable.Range(0, Linear.Many).Select(i => $$"""{"value":"user-{{i}}"}"""));
        var body = $$"""{"schemas":["{{SchemaUris.Group}}"],"displayName":"g","members":[{{members}}]}""";

        Linear.Check(() => Assert.Equal(Linear.Many, ResourceReader.Read(Json.Body(body), ResourceTypes.Group, ReaderOptions.Default)["members"]!.AsArray().Count));
    }

    [Theory]
    [InlineData("""{"a":1,"b":[{"c":"x","d":null}]}""", """{"b":[{"d":null,"c":"x"}],"a":1.0}""", true)]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,1]}""", false)]
    [InlineData("""{"a":"x"}""", """{"a":"X"}""", false)]
    [InlineData("""{"a":"1"}""", """{"a":1}""", false)]
    [InlineData("""{"a":true}""", """{"a":false}""", false)]
    [InlineData("""{"a":null}""", """{"b":null}""", false)]
    [InlineData("""{"a":1}""", """{"a":1,"b":2}""", false)]
    [InlineData("""{"a":[]}""", """{"a":{}}""", false)]
    [InlineData("""{"a":1e400}""", """{"a":1e400}""", true)]
    public void Comparer_ignores_the_order_of_keys_only(string left, string right, bool equal)
    {
        Assert.Equal(equal, ResourceComparer.Equal(Json.Body(left), Json.Body(right)));
        Assert.Equal(equal, ResourceComparer.Equal(JsonNode.Parse(right), Json.Body(left)));
    }

    [Fact]
    public void Arrange_puts_the_parts_in_order_and_names_the_schemas()
    {
        var resource = Json.Body("""
            {"meta":{"version":"W/\"1\""},"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"division":"V","costCenter":"C","emails":[]},
             "unknown":1,"userName":"a","groups":[{"value":"g"}],"title":null,"id":"1","schemas":["x"]}
            """);

        Assert.Equal(
            "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\",\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\"],\"id\":\"1\",\"userName\":\"a\",\"groups\":[{\"value\":\"g\"}],"
            + "\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\":{\"costCenter\":\"C\",\"division\":\"V\"},\"meta\":{\"version\":\"W/\\\"1\\\"\"}}",
            Json.Text(CanonicalResource.Arrange(resource, ResourceTypes.User)));
    }

    private static JsonObject Widget(string text)
    {
        var body = Json.Body(text);
        body["schemas"] = new JsonArray("urn:example:Widget");
        return ResourceReader.Read(body, WidgetType.Widget, ReaderOptions.Default);
    }
}
