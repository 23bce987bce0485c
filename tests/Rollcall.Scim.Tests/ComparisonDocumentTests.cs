using System.Text.Json.Nodes;
using Rollcall.Scim.Schemas;
using Xunit;

namespace Rollcall.Scim.Tests;

public sealed class ComparisonDocumentTests
{
    [Fact]
    public void Values_become_keys_under_the_names_of_the_schemas()
    {
        var document = BuildUser("""
            {
              "SCHEMAS": ["urn:ietf:params:scim:schemas:core:2.0:User"],
              "id": "A1", "externalId": "E\u0308", "UserName": "\uFF21nna", "active": true,
              "profileUrl": "https://x/A",
              "name": { "FAMILYNAME": "\u00C4" },
              "x509Certificates": [{ "value": "AQI=" }],
              "URN:ietf:params:scim:schemas:extension:enterprise:2.0:user": { "Manager": { "value": "M", "$REF": "../Users/M" } },
              "meta": { "created": "2026-01-31T10:00:00.5+02:00", "version": "W/\"1\"" }
            }
            """);

        AssertJson("""
            {
              "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
              "id": "A1", "externalId": "\u00CB", "userName": "anna", "active": true,
              "profileUrl": "https://x/A",
              "name": { "familyName": "\u00E4" },
              "x509Certificates": [{ "value": "AQI", "primary": false }],
              "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "manager": { "value": "M", "$ref": "../Users/M" } },
              "meta": { "created": "2026-01-31T08:00:00.5000000Z", "version": "W/\"1\"" }
            }
            """, document);
    }

    [Fact]
    public void What_holds_nothing_is_left_out() => AssertJson(
        """{ "nickName": "", "emails": [{ "type": "work", "primary": false }] }""",
        BuildUser("""
            {
              "title": null, "name": {}, "addresses": [], "roles": [{}], "ims": [null, { "value": null }], "nickName": "",
              "emails": [{}, { "type": "work", "value": null }],
              "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "manager": { "value": null } }
            }
            """));

    [Fact]
    public void What_does_not_fit_or_is_unknown_is_left_out() => AssertJson(
        """{ "userName": "a" }""",
        BuildUser("""
            {
              "userName": "A", "USERNAME": "b", "title": 5, "active": "true", "name": "x", "emails": { "value": "x" }, "roles": ["x"],
              "meta": { "created": "2026-01-31" }, "x509Certificates": [{ "value": "$" }], "shoeSize": 43, "urn:example:x": { "a": 1 },
              "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": ["x"]
            }
            """));

    [Fact]
    public void S023_primary_is_filled_in_only_where_the_schema_has_it() => AssertJson(
        """
        {
          "emails": [{ "value": "a", "primary": true }, { "value": "b", "primary": false }, { "primary": false }],
          "groups": [{ "value": "g" }]
        }
        """,
        BuildUser("""{ "emails": [{ "value": "A", "primary": true }, { "value": "B" }, { "primary": false }], "groups": [{ "value": "g" }] }"""));

    [Fact]
    public void Numbers_and_arrays_of_simple_values() => AssertJson(
        """{ "weight": 0.3, "shelves": [9007199254740993, 2] }""",
        ComparisonDocument.Build(TestTypes.Vault, JsonNode.Parse("""{ "weight": 3.0e-1, "shelves": [9007199254740993, "3", null, 2.0] }""")!.AsObject()));

    [Fact]
    public void The_resource_is_not_changed()
    {
        var resource = JsonNode.Parse("""{ "userName": "Anna", "emails": [{ "value": "A" }] }""")!.AsObject();
        var before = resource.ToJsonString();

        ComparisonDocument.Build(ResourceTypes.User, resource);

        Assert.Equal(before, resource.ToJsonString());
    }

    [Fact]
    public void A_resource_made_in_memory_gives_the_same_as_a_parsed_one() => AssertJson(
        """{ "weight": 1.5, "shelves": [1, 2] }""",
        ComparisonDocument.Build(TestTypes.Vault, new JsonObject { ["weight"] = 1.50m, ["shelves"] = new JsonArray(1L, (short)2) }));

    private static JsonObject BuildUser(string json) => ComparisonDocument.Build(ResourceTypes.User, JsonNode.Parse(json)!.AsObject());

    private static void AssertJson(string expected, JsonObject actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual.ToJsonString())), actual.ToJsonString());
}
