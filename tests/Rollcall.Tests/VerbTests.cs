using System.Text.Json;
using Xunit;

namespace Rollcall.Tests;

/// <summary>
/// Each verb: what it sends and what it prints, as text and as JSON, kept under <c>Golden/verbs</c>. The answers of the
/// server stand in <c>Data/verbs.json</c>.
/// </summary>
public sealed class VerbTests
{
    private const string Table = "verbs.json";

    public static TheoryData<string> Ids => Cases.Ids<Row>(Table, row => row.Id);

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Verb_SendsAndPrints_AsKept(string id)
    {
        var row = Cases.Read<Row>(Table).Single(candidate => candidate.Id == id);
        var run = await VerbRun.OfAsync(row.Args, row.Answers, cli =>
        {
            foreach (var (name, text) in row.Files ?? [])
                File.WriteAllText(Path.Combine(cli.Folder, name), text);
        });

        Assert.True(IsWhatTheServerSaid(row, JsonElement.Parse(run.Json.Output)), run.Json.Output);
        Golden.Matches($"verbs/{row.Id.Replace(' ', '-')}.txt", run.Transcript(withJson: true));
    }

    /// <summary>One document: the last answer as it is; of a list, the items of all pages.</summary>
    private static bool IsWhatTheServerSaid(Row row, JsonElement printed)
    {
        if (row.Answers[^1].Body is not { } last)
            return JsonElement.DeepEquals(JsonElement.Parse("{}"), printed);
        if (last.EnumerateObject().Any(member => member.Name is not ("items" or "nextCursor")))
            return JsonElement.DeepEquals(last, printed);
        var items = row.Answers.SelectMany(answer => answer.Body!.Value.GetProperty("items").EnumerateArray());
        return JsonElement.DeepEquals(JsonSerializer.SerializeToElement(new { items }), printed);
    }

    private sealed record Row(string Id, IReadOnlyList<string> Args, IReadOnlyList<FakeAnswer> Answers, Dictionary<string, string>? Files = null);
}
