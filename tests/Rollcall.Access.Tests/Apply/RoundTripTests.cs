using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;
using Rollcall.Access.Apply;
using Rollcall.Access.Tests.Scim;
using Rollcall.Access.Tests.Support;
using Rollcall.Scim;
using Rollcall.Web.Api;

namespace Rollcall.Access.Tests.Apply;

/// <summary>What is exported is what was applied, and applying it changes nothing.</summary>
public sealed class RoundTripTests(RequestServer server) : IClassFixture<RequestServer>
{
    private static int _worlds;

    /// <summary>Texts that YAML readers take for something else, or that are hard to write.</summary>
    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.OneOf(
            "yes", "No", "on", "y", "null", "~", "Null", "true", "1e3", "0x1F", "012", "1_000", ".5", "-1", "+1", "12:30:45", "2024-01-01", "2024-01-01T00:00:00Z", ".inf", "NaN",
            "-", "- a", "? a", ": a", "a: b", "a:b", "a #b", "#a", "&a", "*a", "!a", "!!str a", "|", ">", "%a", "@a", "`a", "[a]", "{a}", "a, b", "<<", "=", "---", "...", "--- a",
            "'a'", "\"a\"", "it's", "a\\b", "\\n", "  leading", "trailing  ", "tab\tbed", "two\nlines", "block\n  indented\n\nend\n", "\nfirst", "end\n\n", "blank \nend", "cr\r\nlf", "\u0085", "\u2028", "\u00A0",
            "é", "Äpfel und Birnen", "日本語", "😀", "\uFEFF", "\uFFFE", "a\u0301", new string('x', 250), "a.b-c_d/e@f"),
        Gen.Char[" -~\n\t:#'\"é😀"].Array[1, 12].Select(characters => new string(characters).Replace('\uD83D', 'x').Replace('\uDE00', 'y')));

    /// <summary>Texts of one line without blanks around them.</summary>
    private static readonly Gen<string> Names = Texts.Select(text => new string([.. text.Where(c => !char.IsControl(c) && c is not ('\u2028' or '/'))]).Trim(' ', '\u00A0', '\uFEFF')).Where(text => text.Length > 0);

    private static readonly Gen<JsonObject> Rights = Gen.Select(Texts.Where(text => text.Trim().Length > 0).Array[0, 3], Gen.Select(Texts.Where(text => text.Trim().Length > 0), Texts.Array[1, 2]).Array[0, 2], (roles, traits) => new JsonObject
    {
        ["roles"] = Array(roles),
        ["traits"] = new JsonObject(traits.DistinctBy(trait => trait.Item1).Select(trait => KeyValuePair.Create(trait.Item1, (JsonNode?)Array(trait.Item2)))),
    });

    private static readonly Gen<JsonObject?> Audit = Gen.Select(Gen.OneOf(1, 3, 6, 12), Gen.OneOf(1, 15, 31), Gen.Long[0, 10_000_000_000_000_000], Gen.Long[0, 100_000_000_000_000], Gen.Bool, (frequency, day, next, start, isSet) => isSet
        ? new JsonObject
        {
            ["frequency"] = frequency,
            ["dayOfMonth"] = day,
            ["nextAuditDate"] = DateTimeOffset.UnixEpoch.AddTicks(next).ToString("O", CultureInfo.InvariantCulture),
            ["notificationsStart"] = TimeSpan.FromTicks(start).ToString("c", CultureInfo.InvariantCulture),
        }
        : null);

    /// <summary>A list as the admin API takes it, with a number for its owner list and one for its type.</summary>
    private static readonly Gen<(JsonObject List, int Type, int Owner, (string Name, string Reason, long Expires, bool HasEnd)[] Members, int Nested)> Lists = Gen.Select(
        Gen.Select(Names, Texts, Gen.Select(Names, Texts).Array[1, 3], Rights, Rights, Audit, (name, description, owners, grants, requires, audit) => new JsonObject
        {
            ["name"] = name,
            ["title"] = name,
            ["description"] = description,
            ["owners"] = new JsonArray([.. owners.Select(owner => new JsonObject { ["kind"] = "person", ["name"] = owner.Item1, ["description"] = owner.Item2 })]),
            ["grants"] = grants.DeepClone(),
            ["ownerGrants"] = requires.DeepClone(),
            ["membershipRequires"] = requires.DeepClone(),
            ["ownershipRequires"] = grants.DeepClone(),
            ["audit"] = audit?.DeepClone(),
            ["labels"] = new JsonObject(owners.DistinctBy(owner => owner.Item1).Select(owner => KeyValuePair.Create(owner.Item1, (JsonNode?)owner.Item2))),
        }),
        Gen.Int[0, 3], Gen.Int[0, 5],
        Gen.Select(Names, Texts, Gen.Long[0, 4_000_000_000_000_000], Gen.Bool, (name, reason, expires, hasEnd) => (name, reason, expires, hasEnd)).Array[0, 3],
        Gen.Int[0, 5],
        (list, type, owner, members, nested) => (list, type, owner, members, nested));

    [Fact]
    public void What_is_written_as_YAML_or_JSON_is_read_as_the_same() => Gen.Select(Texts.Where(text => text.Trim().Length > 0), Texts, Texts).Sample(texts =>
    {
        var (key, value, item) = texts;
        var document = new JsonObject
        {
            ["kind"] = "access_list",
            ["metadata"] = new JsonObject { ["name"] = "a", ["labels"] = new JsonObject { [key] = value } },
            ["spec"] = new JsonObject { ["title"] = "a", ["owners"] = new JsonArray(new JsonObject { ["name"] = "o", ["description"] = item }), ["description"] = value },
        };
        using var yaml = new StringWriter { NewLine = "\n" };
        YamlWriter.Write(yaml, document);
        foreach (var text in new[] { yaml.ToString(), yaml.ToString() + yaml.ToString().Replace("name: a", "name: b", StringComparison.Ordinal), document.ToJsonString(), $"[{document.ToJsonString(ApiJson.Options)}]" })
        {
            var definition = Documents.Read([new ApplyFile("test", text)], new DocumentMemory()).Lists[0].Definition;
            Assert.Equal((value, item), (definition.Description, definition.Owners[0].Description));
            Assert.Equal([KeyValuePair.Create(key, value)], definition.Labels);
        }
    }, iter: 1_000, threads: 1, print: texts => new JsonArray(texts.Item1, texts.Item2, texts.Item3).ToJsonString());

    [Fact]
    public async Task Exporting_and_applying_a_random_world_changes_nothing() => await Lists.Array[1, 5].SampleAsync(async lists =>
    {
        // 1. Lists as people make them, one that a platform made, members of all kinds.
        var world = $"w{Interlocked.Increment(ref _worlds)}";
        var client = await server.App.IntegrationAsync(world, new JsonObject { ["groupCreation"] = "create" });
        var bob = await client.UserAsync($"bob-{world}");
        (await client.SendAsync("POST", "/Groups", ScimClient.Group($"Made there {world}", bob))).Expect(201);
        var made = new List<string>();
        foreach (var (list, type, owner, members, nested) in lists)
            await MakeAsync(world, list, type, made, made.ElementAtOrDefault(owner), members, made.ElementAtOrDefault(nested));

        // 2. Out and in again, in both formats.
        var before = await server.App.StateAsync();
        var yaml = await server.App.ExportAsync();
        var json = await server.App.ExportAsync("?format=json", "application/json");
        foreach (var text in new[] { yaml, json })
        {
            var answer = (await server.App.ApplyAsync(text)).Expect(200).Body;
            Assert.False((bool)answer["changed"]!, new JsonArray([.. answer["lists"]!.AsArray().Where(entry => (string?)entry!["action"] != "unchanged").Select(entry => entry!.DeepClone())]).ToJsonString());
        }
        Assert.Equal(before, await server.App.StateAsync());

        // 3. Into an empty server with the same integrations: the same comes out again, but for who added whom and the members that platforms decide.
        await using var other = await RollcallApp.StartAsync();
        other.Clock.Advance(TimeSpan.FromHours(1));
        foreach (var integration in (await server.App.AdminAsync("GET", "/integrations?count=1000")).Items)
            await other.IntegrationAsync((string)integration!["name"]!);
        (await other.ApplyAsync(yaml)).Expect(200);
        Assert.Equal(Comparable(json, isScimToo: false), Comparable(await other.ExportAsync("?format=json", "application/json"), isScimToo: true));
    }, iter: 8, threads: 1);

    private async Task MakeAsync(
        string world, JsonObject list, int type, List<string> made, string? owner, (string Name, string Reason, long Expires, bool HasEnd)[] members, string? nested)
    {
        list["name"] = $"{list["name"]} {world} {made.Count}";
        list["title"] = $"{list["title"]} {world} {made.Count}";
        if (((string)list["name"]!).Length > 255)
            return;
        if (type > 0)
            list["type"] = type == 1 ? "static" : "scim";
        if (type > 1)
            list["integration"] = world;
        if (owner is not null)
            list["owners"]!.AsArray().Add(new JsonObject { ["kind"] = "list", ["name"] = owner });
        var path = $"/lists/{Uri.EscapeDataString((string)(await server.App.AdminAsync("POST", "/lists", list)).Expect(201).Body["name"]!)}";
        made.Add((string)list["name"]!);
        if (type > 1)
            return;
        foreach (var (name, reason, expires, hasEnd) in members)
        {
            var body = new JsonObject { ["reason"] = reason };
            if (hasEnd)
                body["expires"] = DateTimeOffset.UnixEpoch.AddTicks(expires * 10).ToString("O", CultureInfo.InvariantCulture);
            // A path can't carry these two as a segment.
            if (name is not ("." or ".."))
                Assert.InRange((await server.App.AdminAsync("PUT", $"{path}/members/{Uri.EscapeDataString(name)}", body)).Status, 200, 201);
        }
        if (nested is not null)
            Assert.InRange((await server.App.AdminAsync("PUT", $"{path}/members/{Uri.EscapeDataString(nested)}", new JsonObject { ["kind"] = "list" })).Status, 200, 201);
    }

    private static string Comparable(string json, bool isScimToo)
    {
        var documents = JsonNode.Parse(json)!.AsArray();
        var scim = documents.Where(document => (string?)document!["spec"]!["type"] == "scim").Select(document => (string?)document!["metadata"]!["name"]).ToHashSet();
        var kept = documents.Where(document => isScimToo || (string?)document!["kind"] == "access_list" || !scim.Contains((string?)document!["spec"]!["access_list"]));
        // A person has the case in which somebody wrote the name first, and a place among members by the time of that.
        return string.Join('\n', kept.Select(document => ScimText.Fold(document!.ToJsonString(ApiJson.Options))).Order(StringComparer.Ordinal));
    }

    private static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
