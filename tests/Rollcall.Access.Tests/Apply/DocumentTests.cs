using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Access.Apply;
using Rollcall.Access.Scim;
using Rollcall.Access.Tests.Support;
using Rollcall.Web.Api;

namespace Rollcall.Access.Tests.Apply;

/// <summary>A file and what it is read as: its documents, or what is wrong with them.</summary>
public sealed record DocumentRow : Row
{
    public IReadOnlyList<string> Yaml { get; set; } = [];

    public JsonArray? Documents { get; set; }

    /// <summary>Of each error what counts; of its detail a part.</summary>
    public IReadOnlyList<JsonObject>? Errors { get; set; }

    /// <summary>A part of the detail where it is not about one document.</summary>
    public string? Fault { get; set; }
}

public sealed class DocumentTests
{
    public static IEnumerable<ITheoryDataRow> Rows => Support.Rows.Of<DocumentRow>("apply-documents.json");

    [Theory]
    [MemberData(nameof(Rows))]
    public void File_IsReadAsTheTableSays(DocumentRow row)
    {
        var file = new ApplyFile("test.yaml", string.Join('\n', row.Yaml));
        if (row.Documents is not null)
        {
            JsonShape.AssertMatches(row.Documents, Show(Documents.Read([file])));
            return;
        }
        var fault = Assert.Throws<ApiException>(() => Documents.Read([file])).Fault;
        Assert.Equal(400, fault.Status);
        if (row.Fault is not null)
        {
            Assert.Contains(row.Fault, fault.Detail, StringComparison.Ordinal);
            return;
        }
        AssertErrors(row.Errors!, fault.Extensions["errors"]);
    }

    [Fact]
    public void A_bomb_of_aliases_is_refused_before_it_goes_off()
    {
        var lines = Enumerable.Range(1, 30).Select(level => $"l{level}: &l{level} [{string.Join(", ", Enumerable.Repeat($"*l{level - 1}", 10))}]");
        var fault = ReadFault("kind: access_list\nl0: &l0 [a, b]\n" + string.Join('\n', lines));
        AssertErrors([new JsonObject { ["line"] = 7, ["detail"] = "The document stands for more than 200000 values" }], fault);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    public void Deep_nesting_is_refused(string level) =>
        AssertErrors([new JsonObject { ["line"] = 1, ["detail"] = "Values are nested more than 32 deep" }], ReadFault(string.Concat(Enumerable.Repeat(level, 200_000))));

    [Fact]
    public void Text_that_is_none_is_refused()
    {
        AssertErrors([new JsonObject { ["line"] = 2, ["column"] = 3, ["detail"] = "it holds a NUL character" }], ReadFault("kind: access_list\nab\0cd"));
        AssertErrors([new JsonObject { ["line"] = 1 }], ReadFault("\u0001\u0002\u007F\uFFFD{]: %PDF"));
    }

    [Fact]
    public void Errors_of_all_files_are_told_up_to_a_hundred()
    {
        var files = Enumerable.Range(1, 3).Select(number => new ApplyFile($"{number}.yaml", string.Concat(Enumerable.Repeat("---\nkind: role\n", 50))));
        var fault = Assert.Throws<ApiException>(() => Documents.Read(files)).Fault;
        Assert.Equal("Nothing was changed: 150 things are wrong with the documents. The first 100 of them:", fault.Detail);
        var errors = JsonSerializer.SerializeToNode(fault.Extensions["errors"], ApiJson.Options)!.AsArray();
        Assert.Equal(100, errors.Count);
        Assert.Equal(("1.yaml", 50, "2.yaml", 1), ((string?)errors[49]!["file"], (int)errors[49]!["document"]!, (string?)errors[50]!["file"], (int)errors[50]!["document"]!));
    }

    private static object ReadFault(string text) =>
        Assert.Throws<ApiException>(() => Documents.Read([new ApplyFile("test.yaml", text)])).Fault.Extensions["errors"];

    private static void AssertErrors(IReadOnlyList<JsonObject> expected, object told)
    {
        var errors = JsonSerializer.SerializeToNode(told, ApiJson.Options)!.AsArray();
        Assert.True(expected.Count == errors.Count, $"{errors.Count} errors instead of {expected.Count}: {errors}");
        foreach (var (wanted, error) in expected.Zip(errors))
        {
            var shape = wanted.DeepClone().AsObject();
            if (wanted["detail"] is { } detail)
                Assert.Contains((string)detail!, (string)error!["detail"]!, StringComparison.Ordinal);
            shape.Remove("detail");
            JsonShape.AssertMatches(shape, error);
        }
    }

    private static JsonArray Show(Documents documents)
    {
        var lists = documents.Lists.Select(list =>
        {
            var json = DocumentJson.Of(list.Definition);
            json["name"] = list.Name;
            json["type"] = list.Type;
            json["integration"] = list.Integration;
            json["madeByScim"] = list.MadeByScim ? true : null;
            return json;
        });
        var members = documents.Members.Select(member => new JsonObject
        {
            ["list"] = member.List,
            ["kind"] = $"{member.MemberKind}",
            ["name"] = member.Name,
            ["joined"] = Time(member.Joined),
            ["expires"] = Time(member.Expires),
            ["reason"] = member.Reason,
        });
        return [.. lists, .. members];
    }

    private static string? Time(long? time) => time is { } given ? DocumentJson.Time(ScimTime.ToTime(given)) : null;
}
