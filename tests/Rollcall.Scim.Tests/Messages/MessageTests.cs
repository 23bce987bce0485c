using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Scim.Messages;
using Rollcall.Scim.Schemas;
using Xunit;

namespace Rollcall.Scim.Tests.Messages;

public sealed class MessageTests
{
    [Fact]
    public void S323_the_status_of_an_error_is_text()
    {
        Assert.Equal(
            """{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","scimType":"invalidFilter","detail":"Größe \"x\" fehlt."}""",
            Written(output => ErrorMessage.Write(output, ScimException.InvalidFilter("Größe \"x\" fehlt."))));
    }

    [Fact]
    public void A_detail_that_is_no_Unicode_is_still_an_error_body() =>
        Assert.Contains("\uFFFD", (string)JsonNode.Parse(Written(output => ErrorMessage.Write(output, 400, null, "a\ud800b")))!["detail"]!, StringComparison.Ordinal);

    [Fact]
    public void An_error_without_scimType_has_none()
    {
        var error = Written(output => ErrorMessage.Write(output, ScimException.PreconditionFailed(new ScimVersion(8), "W/\"7\"")));

        Assert.StartsWith("""{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"412","detail":"Precondition Failed: """, error, StringComparison.Ordinal);
        Assert.DoesNotContain("scimType", error, StringComparison.Ordinal);
    }

    [Fact]
    public void S167_S169_S223_a_page_has_its_numbers_first_and_its_resources_last()
    {
        var page = new ListResponse { TotalResults = 12, StartIndex = 11 };

        Assert.Equal(
            """{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":12,"startIndex":11,"itemsPerPage":2,"Resources":[{"id":"1"},{"id":"2"}]}""",
            Written(output => page.Write(output, [Bytes("""{"id":"1"}"""), Bytes("""{"id":"2"}""")])));
    }

    [Fact]
    public void S168_S170_D18_no_match_is_an_empty_array()
    {
        var page = new ListResponse { TotalResults = 0, StartIndex = 1 };

        Assert.EndsWith("\"totalResults\":0,\"startIndex\":1,\"itemsPerPage\":0,\"Resources\":[]}", Written(output => page.Write(output, [])), StringComparison.Ordinal);
    }

    [Fact]
    public void C005_C013_a_page_of_a_walk_has_cursors_and_no_startIndex()
    {
        var page = new ListResponse { TotalResults = null, NextCursor = "n", PreviousCursor = "p" };

        Assert.Equal(
            """{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"itemsPerPage":1,"nextCursor":"n","previousCursor":"p","Resources":[{}]}""",
            Written(output => page.Write(output, [Bytes("{}")])));
    }

    [Fact]
    public void S104_S108_the_configuration_has_all_its_parts()
    {
        var config = Config(new PaginationConfig { Cursor = true, Index = true, DefaultPaginationMethod = "index", DefaultPageSize = 1000, MaxPageSize = 10_000, CursorTimeout = 3600 });

        Assert.Equal(
            Json.Text(Json.Body("""
                {"schemas":["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],"documentationUri":"https://x/docs",
                 "patch":{"supported":true},"bulk":{"supported":true,"maxOperations":1000,"maxPayloadSize":67108864},
                 "filter":{"supported":true,"maxResults":10000},"changePassword":{"supported":false},"sort":{"supported":true},"etag":{"supported":true},
                 "pagination":{"cursor":true,"index":true,"defaultPaginationMethod":"index","defaultPageSize":1000,"maxPageSize":10000,"cursorTimeout":3600},
                 "authenticationSchemes":[{"type":"oauth2","name":"OAuth 2.0","description":"Client credentials","specUri":"https://www.rfc-editor.org/rfc/rfc6749","documentationUri":"https://x/auth","primary":true},
                                          {"type":"oauthbearertoken","name":"Bearer","description":"A token"}],
                 "meta":{"resourceType":"ServiceProviderConfig","location":"https://x/v2/ServiceProviderConfig"}}
                """)),
            Json.Text(config));
    }

    [Fact]
    public void Classic_discovery_has_no_pagination()
    {
        Assert.False(Config(null).ContainsKey("pagination"));
        Assert.DoesNotContain(DiscoverySchemas.ClassicServiceProviderConfig.Attributes, attribute => attribute.Name == "pagination");
        Assert.Contains(DiscoverySchemas.ServiceProviderConfig.Attributes, attribute => attribute.Name == "pagination");
    }

    [Fact]
    public void S112_S114_S117_D57_a_resource_type()
    {
        Assert.Equal(
            Json.Text(Json.Body("""
                {"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"id":"User","name":"User","endpoint":"/Users","description":"User Account",
                 "schema":"urn:ietf:params:scim:schemas:core:2.0:User",
                 "schemaExtensions":[{"schema":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","required":false}],
                 "meta":{"resourceType":"ResourceType","location":"https://x/v2/ResourceTypes/User"}}
                """)),
            Json.Text(Discovery.ResourceType(ResourceTypes.User, "https://x/v2")));
    }

    [Fact]
    public void S339_lists_hold_all_documents_on_one_page()
    {
        var documents = Schemas(classic: false);
        var list = Discovery.List(documents);

        Assert.Equal("""["urn:ietf:params:scim:api:messages:2.0:ListResponse"]""", Json.Text(list["schemas"]));
        Assert.Equal((documents.Count, 1, documents.Count), ((int)list["totalResults"]!, (int)list["startIndex"]!, (int)list["itemsPerPage"]!));
        Assert.Equal(documents.Select(Json.Text), list["Resources"]!.AsArray().Select(Json.Text));
    }

    [Fact]
    public void S113_S118_S133_each_schema_in_use_is_served_once_and_no_message()
    {
        var ids = Schemas(classic: false).Select(schema => (string)schema["id"]!).ToList();

        Assert.Equal(
            [SchemaUris.User, SchemaUris.EnterpriseUser, SchemaUris.Group, SchemaUris.AccessList, SchemaUris.ServiceProviderConfig, SchemaUris.ResourceType, SchemaUris.Schema],
            ids);
        Assert.DoesNotContain(ids, id => id.Contains(":api:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void S120_to_S124_every_attribute_has_all_its_characteristics_as_exact_keywords(bool classic)
    {
        string[] types = ["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"];
        var count = 0;
        foreach (var schema in Schemas(classic))
        {
            Assert.Equal("Schema", (string?)schema["meta"]!["resourceType"]);
            Assert.Equal($"https://x/v2/Schemas/{schema["id"]}", (string?)schema["meta"]!["location"]);
            foreach (var attribute in schema["attributes"]!.AsArray())
                Check(attribute!.AsObject());
        }
        Assert.True(count > 100);

        void Check(JsonObject attribute)
        {
            count++;
            Assert.DoesNotContain(attribute, pair => pair.Value is null);
            Assert.Matches("^[$]?[A-Za-z][A-Za-z0-9_-]*$", (string)attribute["name"]!);
            Assert.Contains((string)attribute["type"]!, types);
            foreach (var flag in new[] { "multiValued", "required", "caseExact" })
                Assert.True(attribute[flag]!.GetValueKind() is JsonValueKind.True or JsonValueKind.False, flag);
            Assert.NotEmpty((string)attribute["description"]!);
            Assert.Contains((string)attribute["mutability"]!, new[] { "readOnly", "readWrite", "immutable", "writeOnly" });
            Assert.Contains((string)attribute["returned"]!, new[] { "always", "never", "default", "request" });
            Assert.Contains((string)attribute["uniqueness"]!, new[] { "none", "server", "global" });
            Assert.Equal((string)attribute["type"]! == "reference", attribute.ContainsKey("referenceTypes"));
            Assert.Equal((string)attribute["type"]! == "complex", attribute.ContainsKey("subAttributes"));
            foreach (var sub in attribute["subAttributes"] as JsonArray ?? [])
                Check(sub!.AsObject());
        }
    }

    [Fact]
    public void The_discovery_documents_hold_nothing_that_their_schemas_do_not_know_and_all_that_these_require()
    {
        Conforms(Config(new PaginationConfig { Cursor = true, Index = true, MaxPageSize = 1 }), DiscoverySchemas.ServiceProviderConfig);
        Conforms(Config(null), DiscoverySchemas.ClassicServiceProviderConfig);
        Conforms(Discovery.ResourceType(ResourceTypes.User, "https://x"), DiscoverySchemas.ResourceType);
        Conforms(Discovery.Schema(StandardSchemas.User, "https://x"), DiscoverySchemas.Schema);

        static void Conforms(JsonObject document, ScimSchema schema)
        {
            document.Remove("schemas");
            Check(document, schema.Attributes);
        }

        static void Check(JsonObject value, IReadOnlyList<ScimAttribute> attributes)
        {
            foreach (var (name, part) in value)
            {
                var attribute = Assert.Single(attributes, attribute => attribute.Name == name);
                Assert.Equal(attribute.MultiValued, part is JsonArray);
                foreach (var element in part as JsonArray ?? [part!.DeepClone()])
                {
                    Assert.Equal(attribute.Type == AttributeType.Complex, element is JsonObject);
                    if (element is JsonObject complex)
                        Check(complex, attribute.SubAttributes);
                }
            }
            Assert.All(attributes.Where(attribute => attribute.Required), attribute => Assert.True(value.ContainsKey(attribute.Name), attribute.Name));
        }
    }

    [Theory]
    [InlineData("application/scim+json", true)]
    [InlineData("application/scim+json; charset=utf-8", true)]
    [InlineData("Application/JSON;charset=\"UTF-8\"", true)]
    [InlineData("text/json", true)]
    [InlineData("application/scim+json;version=2", true)]
    [InlineData(null, true)]
    [InlineData("application/json; charset=iso-8859-1", false)]
    [InlineData("application/x-www-form-urlencoded", false)]
    [InlineData("text/plain", false)]
    [InlineData("application/json-patch+json", false)]
    [InlineData(";", false)]
    public void S144_D60_bodies_of_these_types_are_read(string? contentType, bool readable) => Assert.Equal(readable, MediaTypes.IsReadable(contentType));

    [Theory]
    [InlineData(null, true)]
    [InlineData("*/*", true)]
    [InlineData("application/scim+json", true)]
    [InlineData("application/json", true)]
    [InlineData("APPLICATION/JSON;q=0.5", true)]
    [InlineData("text/json", true)]
    [InlineData("text/html, application/xhtml+xml, */*;q=0.8", true)]
    [InlineData("application/*", true)]
    [InlineData("text/html", false)]
    [InlineData("application/xml, text/plain", false)]
    [InlineData("application/json;q=0", false)]
    [InlineData("application/scim+json;q=0, */*", false)]
    [InlineData("*/*;q=0, application/json", true)]
    public void S145_D60_these_clients_take_the_answer(string? accept, bool acceptable) => Assert.Equal(acceptable, MediaTypes.IsAcceptable(accept));

    [Theory]
    [InlineData(ReturnPreference.None)]
    [InlineData(ReturnPreference.None, "")]
    [InlineData(ReturnPreference.None, new string?[] { null })]
    [InlineData(ReturnPreference.Minimal, "return=minimal")]
    [InlineData(ReturnPreference.Representation, "return=representation")]
    [InlineData(ReturnPreference.Representation, "Return = \"Representation\"")]
    [InlineData(ReturnPreference.Minimal, "respond-async, wait=10 , return=minimal;x=\"a, return=representation\"; y")]
    [InlineData(ReturnPreference.Minimal, "respond-async", "foo; return=representation, return=minimal")]
    [InlineData(ReturnPreference.Minimal, "return=minimal, return=representation")]
    [InlineData(ReturnPreference.Representation, "return=representation", "return=minimal")]
    [InlineData(ReturnPreference.None, "return=everything, return=minimal")]
    [InlineData(ReturnPreference.None, "return")]
    [InlineData(ReturnPreference.None, "x=\"a, return=minimal")]
    [InlineData(ReturnPreference.Minimal, "x=\"\\\", return=representation\", return=minimal")]
    [InlineData(ReturnPreference.None, "returns=minimal, noreturn=minimal, minimal=return")]
    [InlineData(ReturnPreference.Minimal, ",,; =;,return=minimal,")]
    public void Preferences_are_read_as_RFC_7240_writes_them(ReturnPreference expected, params string?[] headers) => Assert.Equal(expected, Preferences.Parse(headers).Return);

    private static List<JsonObject> Schemas(bool classic) =>
        [.. Discovery.SchemasOf([ResourceTypes.User, ResourceTypes.Group], classic).Select(schema => Discovery.Schema(schema, "https://x/v2"))];

    private static JsonObject Config(PaginationConfig? pagination) => new ServiceProviderConfig
    {
        DocumentationUri = "https://x/docs",
        BulkMaxOperations = 1000,
        BulkMaxPayloadSize = 67_108_864,
        FilterMaxResults = 10_000,
        AuthenticationSchemes =
        [
            new AuthenticationScheme("oauth2", "OAuth 2.0", "Client credentials") { SpecUri = "https://www.rfc-editor.org/rfc/rfc6749", DocumentationUri = "https://x/auth", Primary = true },
            new AuthenticationScheme("oauthbearertoken", "Bearer", "A token"),
        ],
        Pagination = pagination,
    }.ToJson("https://x/v2");

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Written(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
