using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Access.Apply;
using Rollcall.Access.Lists;
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
    public static IEnumerable<ITheoryDataRow> Rows => Testing.Rows.Of<DocumentRow>("apply-documents.json");

    [Theory]
    [MemberData(nameof(Rows))]
    public void File_IsReadAsTheTableSays(DocumentRow row)
    {
        var file = new ApplyFile("test.yaml", string.Join('\n', row.Yaml));
        if (row.Documents is not null)
        {
            JsonShape.AssertMatches(row.Documents, Show(Documents.Read([file], new DocumentMemory())));
            return;
        }
        var fault = Assert.Throws<ApiException>(() => Documents.Read([file], new DocumentMemory())).Fault;
        Assert.Equal(400, fault.Status);
        if (row.Fault is not null)
        {
            Assert.Contains(row.Fault, fault.Detail, StringComparison.Ordinal);
            return;
        }
        AssertErrors(row.Errors!, fault.Extensions["errors"]);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void File_IsReadTheSame_WhereItIsRemembered(DocumentRow row)
    {
        var memory = new DocumentMemory();
        var text = "---\n" + string.Join('\n', row.Yaml);
        var first = Told([new ApplyFile("test.yaml", text)], memory);
        Assert.Equal(first, Told([new ApplyFile("test.yaml", text)], memory));
        // The same documents, elsewhere.
        var moved = new ApplyFile("moved.yaml", "# moved\n---\nkind: access_list\nmetadata: { name: other }\nspec: { title: Other }\n" + text);
        Assert.Equal(Told([moved], new DocumentMemory()), Told([moved], memory));

        static string Told(IReadOnlyList<ApplyFile> files, DocumentMemory memory)
        {
            try
            {
                var documents = Documents.Read(files, memory);
                return JsonSerializer.Serialize((IEnumerable<object>)[Show(documents), documents.Lists.Select(list => list.Place), documents.Members.Select(member => member.Place)]);
            }
            catch (ApiException exception)
            {
                return JsonSerializer.Serialize((IEnumerable<object>)[exception.Fault.Detail, exception.Fault.Extensions]);
            }
        }
    }

    [Fact]
    public void Memory_KeepsWhatIsAskedFor_AndForgetsTheRest()
    {
        var memory = new DocumentMemory();
        var size = DocumentMemory.Enough / 8;
        string Text(int number) => new((char)('a' + number), size);
        memory.Keep(Text(0), []);
        memory.Keep(Text(1), []);
        for (var i = 2; i < 26; i++)
        {
            Assert.NotNull(memory.Find(Text(0)));
            memory.Keep(Text(i), []);
        }
        Assert.NotNull(memory.Find(Text(25)));
        Assert.Null(memory.Find(Text(1)));
        memory.Keep(new string('A', DocumentMemory.Enough), []);
        Assert.Null(memory.Find(new string('A', DocumentMemory.Enough)));
        Assert.NotNull(memory.Find(Text(0)));
    }

    [Fact]
    public void A_definition_is_recognised_by_its_text_whatever_the_date_that_it_leaves_open()
    {
        var wanted = new ListDefinition { Title = "T", Audit = new ListAudit(), Labels = new Dictionary<string, string> { ["nextAuditDate"] = "0001-01-01T00:00:00+00:00" } };
        var stored = wanted with { Audit = wanted.Audit with { NextAuditDate = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero) } };
        var without = wanted with { Audit = null };

        Assert.True(Is(wanted, stored));
        Assert.True(Is(stored, stored));
        Assert.True(Is(without, without));
        Assert.False(Is(wanted, wanted)); // Without a date a closer look is needed.
        Assert.False(Is(wanted, without));
        Assert.False(Is(without, stored));
        Assert.False(Is(stored, stored with { Audit = stored.Audit with { NextAuditDate = stored.Audit.NextAuditDate!.Value.AddDays(1) } }));
        Assert.False(Is(wanted, stored with { Title = "U" }));
        Assert.False(Is(wanted, stored with { Audit = stored.Audit with { Frequency = 3 } }));
        Assert.False(Is(wanted, stored with { Audit = stored.Audit with { NotificationsStart = TimeSpan.Zero } }));
        Assert.False(Is(wanted, stored with { Labels = new Dictionary<string, string>() }));

        static bool Is(ListDefinition wanted, ListDefinition stored) => new DefinitionText(wanted).IsOf(JsonSerializer.Serialize(stored, ApiJson.Options));
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
        var fault = Assert.Throws<ApiException>(() => Documents.Read(files, new DocumentMemory())).Fault;
        Assert.Equal("Nothing was changed: 150 things are wrong with the documents. The first 100 of them:", fault.Detail);
        var errors = JsonSerializer.SerializeToNode(fault.Extensions["errors"], ApiJson.Options)!.AsArray();
        Assert.Equal(100, errors.Count);
        Assert.Equal(("1.yaml", 50, "2.yaml", 1), ((string?)errors[49]!["file"], (int)errors[49]!["document"]!, (string?)errors[50]!["file"], (int)errors[50]!["document"]!));
    }

    private static object ReadFault(string text) =>
        Assert.Throws<ApiException>(() => Documents.Read([new ApplyFile("test.yaml", text)], new DocumentMemory())).Fault.Extensions["errors"];

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
