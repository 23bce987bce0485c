using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;
using Rollcall.Access.Tests.Support;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Tests.Bulk;

/// <summary>A bulk request without references does what its operations do when they are sent one by one.</summary>
public sealed class BulkEquivalenceTests
{
    private const int Users = 4;

    private static readonly Gen<string> UserPaths = Gen.Frequency((9, Gen.Int[0, Users - 1].Select(number => $"/Users/{{u{number}}}")), (1, Gen.Const("/Users/none")));

    private static readonly Gen<string> GroupPaths = Gen.Frequency((9, Gen.OneOf("/Groups/{g0}", "/Groups/{g1}")), (1, Gen.Const("/Groups/none")));

    private static readonly Gen<string> Names = Gen.Int[0, 6].Select(number => $"{(number % 2 == 0 ? "u" : "U")}{number}@example.com");

    private static readonly Gen<JsonArray> Members = Gen.Frequency((8, Gen.Int[0, Users - 1].Select(number => $"{{u{number}}}")), (1, Gen.OneOf("{g0}", "{g1}")), (1, Gen.Const("none")))
        .List[0, 3].Select(ids => new JsonArray([.. ids.Select(id => new JsonObject { ["value"] = id })]));

    private static readonly Gen<string?> Versions = Gen.Frequency<string?>((6, Gen.Int[0, 0].Select(_ => (string?)null)), (2, Gen.Int[1, 4].Select(number => (string?)$"W/\"{number}\"")), (1, Gen.OneOf<string?>("*", "nonsense")));

    private static readonly Gen<JsonObject> Patches = Gen.Frequency(
        (6, Gen.Select(Gen.OneOf("add", "Remove", "replace"), Members, (op, members) => new JsonObject { ["op"] = op, ["path"] = "members", ["value"] = members })),
        (1, Gen.Int[0, 9].Select(number => new JsonObject { ["op"] = "add", ["path"] = "externalId", ["value"] = $"e{number}" })),
        (1, Gen.OneOf("{}", """{"op":"add","path":"nothing","value":1}""", """{"op":"replace","path":"displayName","value":"Other"}""").Select(text => JsonNode.Parse(text)!.AsObject())));

    private static readonly Gen<JsonObject> UserPatches = Gen.Frequency(
        (4, Gen.Int[0, 2].Select(number => new JsonObject { ["op"] = "replace", ["path"] = "title", ["value"] = $"t{number}" })),
        (2, Gen.Bool.Select(active => new JsonObject { ["op"] = "Replace", ["path"] = "active", ["value"] = active ? "True" : "False" })),
        (2, Names.Select(name => new JsonObject { ["op"] = "replace", ["value"] = new JsonObject { ["userName"] = name } })),
        (1, Gen.OneOf("""{"op":"add","path":"groups","value":[]}""", """{"op":"jump"}""").Select(text => JsonNode.Parse(text)!.AsObject())));

    private static readonly Gen<JsonObject> Operations = Gen.Frequency(
        (3, Names.Select(name => Operation("POST", "/Users", ScimClient.User(name)))),
        (2, Gen.Select(UserPaths, Names, Versions, (path, name, version) => Operation("PUT", path, ScimClient.User(name), version))),
        (4, Gen.Select(UserPaths, UserPatches.List[1, 2], Versions, (path, patches, version) => Operation("PATCH", path, Patch(patches), version))),
        (2, Gen.Select(UserPaths, Versions, (path, version) => Operation("DELETE", path, null, version))),
        (2, Gen.Select(Gen.OneOf("First", "SECOND ", "Third"), Members, (title, members) => Operation("POST", "/Groups", Group(title, members)))),
        (3, Gen.Select(GroupPaths, Members, Versions, (path, members, version) => Operation("PUT", path, Group("First", members), version))),
        (6, Gen.Select(GroupPaths, Patches.List[1, 2], Versions, (path, patches, version) => Operation("PATCH", path, Patch(patches), version))),
        (1, Gen.Select(GroupPaths, Versions, (path, version) => Operation("DELETE", path, null, version))));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Operations_do_in_bulk_what_they_do_one_by_one(bool strict)
    {
        await using var app = await RollcallApp.StartAsync();
        var rules = new JsonObject { ["strict"] = strict };
        var worlds = 0;
        await Gen.Select(Operations.List[1, 12], Gen.Int[0, 4]).SampleAsync(async (operations, failOnErrors) =>
        {
            var singly = await World.MakeAsync(app, $"s{++worlds}", rules);
            var bulk = await World.MakeAsync(app, $"b{worlds}", rules);

            var expected = await singly.SendSinglyAsync(operations, failOnErrors);
            var actual = await bulk.SendAsync(operations, failOnErrors);

            Assert.Equal(expected, actual);
            Assert.Equal(await singly.StateAsync(), await bulk.StateAsync());
        }, iter: 60, threads: 1);
    }

    private static JsonObject Operation(string method, string path, JsonObject? data, string? version = null)
    {
        var operation = new JsonObject { ["method"] = method, ["path"] = path };
        if (data is not null)
            operation["data"] = data;
        if (version is not null)
            operation["version"] = version;
        return operation;
    }

    private static JsonObject Patch(List<JsonObject> operations) => ScimClient.Patch([.. operations.Select(operation => operation.DeepClone())]);

    private static JsonObject Group(string title, JsonArray members) => ScimClient.With(SchemaUris.Group, new JsonObject { ["displayName"] = title, ["members"] = members.DeepClone() }, null);

    private sealed class World(ScimClient client, Dictionary<string, string> ids)
    {
        public static async Task<World> MakeAsync(RollcallApp app, string name, JsonObject rules)
        {
            var client = await app.IntegrationAsync(name, rules);
            var ids = new Dictionary<string, string> { ["{g0}"] = await client.ListAsync("First"), ["{g1}"] = await client.ListAsync("Second") };
            for (var i = 0; i < Users; i++)
                ids[string.Create(CultureInfo.InvariantCulture, $"{{u{i}}}")] = await client.UserAsync(string.Create(CultureInfo.InvariantCulture, $"u{i}"));
            return new World(client, ids);
        }

        public async Task<List<string>> SendSinglyAsync(List<JsonObject> operations, int failOnErrors)
        {
            var results = new List<string>();
            var errors = 0;
            foreach (var operation in operations.Select(Fill))
            {
                var headers = operation["version"] is { } version ? new Dictionary<string, string> { ["If-Match"] = (string)version! } : null;
                var answer = await client.SendAsync((string)operation["method"]!, (string)operation["path"]!, operation["data"], headers);
                results.Add($"{answer.Status} {answer.ETag} {answer.ScimType} {Blind(answer.Detail)}");
                if (answer.Status >= 400 && ++errors == failOnErrors)
                    break;
            }
            return results;
        }

        public async Task<List<string>> SendAsync(List<JsonObject> operations, int failOnErrors)
        {
            var all = new JsonArray();
            foreach (var operation in operations.Select(Fill))
            {
                operation["bulkId"] = string.Create(CultureInfo.InvariantCulture, $"b{all.Count}");
                all.Add(operation);
            }
            var answer = (await client.SendAsync("POST", "/Bulk", ScimClient.Bulk(all, failOnErrors == 0 ? null : JsonValue.Create(failOnErrors)))).Expect(200);
            return [.. answer.Results.Select(result => $"{result["status"]} {result["version"]} {result["response"]?["scimType"]} {Blind((string?)result["response"]?["detail"] ?? "")}")];
        }

        /// <summary>All resources with names in place of ids, without times.</summary>
        public async Task<string> StateAsync()
        {
            var users = (await client.GetAsync("/Users")).Expect(200).Resources.Select(user => user!.AsObject()).ToList();
            var groups = (await client.GetAsync("/Groups")).Expect(200).Resources.Select(group => group!.AsObject()).ToList();
            var names = users.ToDictionary(user => (string)user["id"]!, user => (string)user["userName"]!);
            foreach (var group in groups)
                names[(string)group["id"]!] = (string)group["displayName"]!;
            foreach (var resource in users.Concat(groups))
            {
                resource["meta"]!.AsObject().Remove("created");
                resource["meta"]!.AsObject().Remove("lastModified");
            }
            var text = string.Join('\n', users.Concat(groups).Select(resource => resource.ToJsonString()));
            return names.Aggregate(text, (known, name) => known.Replace(name.Key, name.Value, StringComparison.Ordinal)).Replace(client.Name, "", StringComparison.Ordinal);
        }

        private JsonObject Fill(JsonObject operation)
        {
            var text = operation.ToJsonString();
            foreach (var (name, id) in ids)
                text = text.Replace(name, id, StringComparison.Ordinal);
            return JsonNode.Parse(text)!.AsObject();
        }

        private string Blind(string detail)
        {
            var text = ids.Aggregate(detail, (known, id) => known.Replace(id.Value, id.Key, StringComparison.Ordinal));
            return System.Text.RegularExpressions.Regex.Replace(text, "[0-9a-f]{8}-[0-9a-f-]{27}", "ID").Replace(client.Name, "", StringComparison.Ordinal);
        }
    }
}
