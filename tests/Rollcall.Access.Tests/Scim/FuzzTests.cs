using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Scim;

/// <summary>
/// Valid requests, mutated at random: whatever arrives, the answer is one of SCIM, never 500, and the database does not
/// contradict itself afterwards. All that is asserted of every answer (<see cref="ScimAnswer"/>) is asserted here.
/// </summary>
public sealed class FuzzTests
{
    private sealed record Template(string Method, string Path, string? Body);

    private static readonly Template[] Templates =
    [
        new("GET", "/Users?filter=userName eq \"bob@example.com\" and emails[type eq \"work\"]&sortBy=name.familyName&sortOrder=descending&startIndex=1&count=10&attributes=userName,groups", null),
        new("GET", "/Groups?filter=members.value eq \"{user}\" or not (displayName co \"Pay\")&excludedAttributes=members&count=3", null),
        new("GET", "/Users/{user}?attributes=userName,name.givenName,groups.display", null),
        new("GET", "/Groups/{group}?excludedAttributes=members", null),
        new("GET", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", null),
        new("POST", "/Users", """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"userName":"new@example.com","externalId":"e1","name":{"givenName":"A","familyName":"B"},"active":true,"emails":[{"value":"a@example.com","type":"work","primary":true}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"D","manager":{"value":"m"}}}"""),
        new("PUT", "/Users/{user}", """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"{user}","userName":"bob@example.com","title":"Boss","phoneNumbers":[{"value":"5","type":"mobile"}],"addresses":[{"locality":"Bonn","country":"DE"}],"meta":{"version":"W/\"1\""}}"""),
        new("PATCH", "/Users/{user}", """{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"emails[type eq \"work\"].value","value":"b@example.com"},{"op":"add","value":{"name.givenName":"Bob","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter":"7","active":"False"}},{"op":"remove","path":"title"}]}"""),
        new("POST", "/Groups", """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"New group","externalId":"g","members":[{"value":"{user}","type":"User","$ref":null},{"value":"{group}"}]}"""),
        new("PUT", "/Groups/{group}", """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Payroll","members":[{"value":"{user}"},{"value":"{other}"}],"meta":{"version":"*"}}"""),
        new("PATCH", "/Groups/{group}", """{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"{user}"}]},{"op":"remove","path":"members[value eq \"{other}\" and type eq \"User\"]"},{"op":"replace","value":{"id":"{group}","displayName":"Payroll"}}]}"""),
        new("PATCH", "/Groups/{group}?attributes=members.display", """{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Remove","path":"members","value":[{"value":"{other}"}]},{"op":"add","path":"externalId","value":"x"}]}"""),
        new("POST", "/Bulk", """{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"failOnErrors":2,"Operations":[{"method":"POST","path":"/Users","bulkId":"a","data":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"fuzz-a@example.com","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"bulkId:b"}}}},{"method":"POST","path":"/Users","bulkId":"b","data":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"fuzz-b@example.com","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"bulkId:a"}}}},{"method":"PATCH","path":"/Groups/{group}","version":"W/\"1\"","data":{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"members[value eq \"bulkId:a\"]"}]}}]}"""),
        new("POST", "/Bulk", """{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{"method":"POST","path":"/Groups","bulkId":"g","data":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Fuzz","members":[{"value":"bulkId:u"}]}},{"method":"POST","path":"/Users","bulkId":"u","data":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"fuzz-u@example.com","groups":[{"value":"bulkId:g"}]}},{"method":"DELETE","path":"/Users/bulkId:u"},{"method":"PUT","path":"/Groups/bulkId:g","data":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Fuzz"}}]}"""),
    ];

    private static readonly string[] Values =
    [
        "null", "true", "\"true\"", "0", "-1", "1e400", "123456789012345678901234567890", "\"\"", "\" \"", "\"a\\u0000b\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "[]", "[[]]", "[null]", "{}", "{\"value\":{}}",
        "{\"value\":\"{group}\"}", "\"bulkId:a\"", "\"/Users/bulkId:u\"", "[{\"value\":\"{user}\"},{\"value\":\"{user}\"}]", "\"{group}\"", "\"members\"", "\"emails[type eq \\\"work\\\"]\"", "\"urn:ietf:params:scim:schemas:core:2.0:User\"", "\"W/\\\"1\\\"\"", "[\"a\",1]", "{\"a\":1,\"A\":2}",
        "\"groups\"", "\"schemas\"", "\"meta.version\"", "\"id\"", "\"remove\"", "\"{\\\"value\\\":\\\"x\\\"}\"",
    ];

    private static readonly string[] Noise =
    [
        "\"", "{", "}", "[", "]", ",", ":", "\\", "\\u", "\0", "\u00e4", "\ud83d\ude00", "\ufeff", "(", ")", " and ", " eq ", ".", "..", "/", "%2F", "&", "=", "+", "*", "'", ";--", "$ref", "null", "e", "-", "99999999999999999999", "?", "{user}",
    ];

    private static readonly string[] Headers = ["If-Match", "If-None-Match", "Content-Type", "Accept", "Prefer", "Authorization"];

    private static readonly string[] HeaderValues =
    [
        "*", "W/\"1\"", "\"1\", \"2\"", "W/\"", ",,,", "application/json", "application/scim+json; charset=utf-16", "text/html", "*/*;q=0", "return=representation", "Bearer", "Bearer x.y.z", "application/scim+json;charset=\"", ";;;", "9223372036854775808",
    ];

    private sealed record Mutation(int Kind, double Where, double Length, string Value, string Noise);

    private static readonly Gen<Mutation> Mutations = Gen.Select(
        Gen.Int[0, 9], Gen.Double[0, 1], Gen.Double[0, 1], Gen.OneOf(Values), Gen.OneOf(Noise), (kind, where, length, value, noise) => new Mutation(kind, where, length, value, noise));

    private static readonly Gen<KeyValuePair<string, string>> SomeHeader = Gen.Select(Gen.OneOf(Headers), Gen.OneOf(HeaderValues), KeyValuePair.Create);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Mutated_requests_are_answered_as_scim(bool strict)
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync(rules: new JsonObject { ["groupCreation"] = "create", ["strict"] = strict });
        var ids = new Dictionary<string, string>
        {
            ["{user}"] = await client.UserAsync("bob"),
            ["{other}"] = await client.UserAsync("carol"),
            ["{group}"] = await client.ListAsync("Payroll"),
        };
        await Gen.Select(Gen.OneOf(Templates), Mutations.List[0, 4], SomeHeader.List[0, 1]).SampleAsync(
            async (template, mutations, headers) =>
            {
                var (path, body) = (template.Path, template.Body);
                foreach (var mutation in mutations)
                    (path, body) = Mutate(path, body, mutation);
                var bytes = body is null ? null : Encoding.UTF8.GetBytes(Fill(body, ids));
                if (bytes is { Length: > 0 } && mutations.Exists(mutation => mutation.Kind == 9))
                    bytes[(int)(mutations[0].Where * (bytes.Length - 1))] ^= 0x80;
                await client.SendAsync(template.Method, Fill(path, ids), bytes, headers.Where(header => bytes is not null || header.Key != "Content-Type").ToDictionary());
            },
            iter: 2000, threads: 1);
        (await client.GetAsync("/Users?count=1")).Expect(200);
    }

    private static (string Path, string? Body) Mutate(string path, string? body, Mutation mutation)
    {
        if (body is null || mutation.Kind == 0)
        {
            // Within the query or the id: what comes before chooses the endpoint. The web server itself refuses U+0000 in a path.
            var start = path.IndexOfAny(['?', '{']) is >= 0 and var found ? found + 1 : path.Length;
            return (path[..start] + Splice(path[start..], mutation).Replace("\0", "", StringComparison.Ordinal), body);
        }
        return (path, mutation.Kind <= 5 ? ReplaceNode(body, mutation) : Splice(body, mutation));
    }

    private static string Splice(string text, Mutation mutation)
    {
        var start = (int)(mutation.Where * text.Length);
        var length = (int)(mutation.Length * Math.Min(6, text.Length - start));
        return string.Concat(text.AsSpan(0, start), mutation.Noise, text.AsSpan(start + length));
    }

    /// <summary>Puts another value in the place of one of the body's, or takes it away.</summary>
    private static string ReplaceNode(string body, Mutation mutation)
    {
        // A placeholder, since not every value can be read by the library that the test uses.
        const string Place = "\u0001";
        try
        {
            var root = JsonNode.Parse(body);
            var nodes = new List<JsonNode>();
            Collect(root, nodes);
            if (nodes.Count == 0)
                return body;
            var node = nodes[(int)(mutation.Where * (nodes.Count - 1))];
            if (mutation.Kind == 5 && node.Parent is JsonObject owner)
                owner.Remove(node.GetPropertyName());
            else
                node.ReplaceWith(Place);
            return root!.ToJsonString().Replace("\"\\u0001\"", mutation.Value, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException or ArgumentException)
        {
            return Splice(body, mutation);
        }
    }

    private static void Collect(JsonNode? node, List<JsonNode> nodes)
    {
        foreach (var child in node switch
        {
            JsonObject members => members.Select(member => member.Value),
            JsonArray elements => elements,
            _ => [],
        })
        {
            if (child is null)
                continue;
            nodes.Add(child);
            Collect(child, nodes);
        }
    }

    private static string Fill(string text, Dictionary<string, string> ids) => ids.Aggregate(text, (filled, id) => filled.Replace(id.Key, id.Value, StringComparison.Ordinal));
}
