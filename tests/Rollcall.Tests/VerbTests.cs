using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Rollcall.Tests;

/// <summary>
/// Each verb: what it sends and what it prints, as text and as JSON, kept under <c>Golden/verbs</c>. The answers of the
/// server stand in <c>Data/verbs.json</c>.
/// </summary>
public sealed class VerbTests
{
    private const string Table = "verbs.json";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string> Ids => Cases.Ids<Row>(Table, row => row.Id);

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Verb_SendsAndPrints_AsKept(string id)
    {
        var row = Cases.Read<Row>(Table).Single(candidate => candidate.Id == id);
        var (text, requests) = await RunAsync(row, "text");
        var (json, sameRequests) = await RunAsync(row, "json");

        Assert.Equal(requests, sameRequests);
        Assert.All(requests, request => Assert.Equal($"Bearer {Cli.Token}", request.Authorization));
        Assert.Equal((row.Exit, row.Exit), (text.Exit, json.Exit));
        Assert.Equal(row.Exit == 0 ? "" : text.Error, json.Error);
        Assert.True(IsWhatTheServerSaid(row, JsonElement.Parse(json.Output)), json.Output);
        Golden.Matches($"verbs/{row.Id.Replace(' ', '-')}.txt", Transcript(row, requests, text, json));
    }

    private static async Task<(CliResult Result, IReadOnlyList<FakeRequest> Requests)> RunAsync(Row row, string format)
    {
        await using var server = await FakeServer.StartAsync(row.Answers);
        using var cli = Cli.For(server);
        cli.Input = row.Input;
        var result = await cli.RunAsync([.. row.Args, "--output", format]);
        Assert.Equal(row.Answers.Count, server.Requests.Count);
        return (result, server.Requests);
    }

    /// <summary>One document: the last answer as it is; of a list, the items of all pages.</summary>
    private static bool IsWhatTheServerSaid(Row row, JsonElement printed)
    {
        if (row.Answers[^1].Body is not { } last)
            return JsonElement.DeepEquals(JsonElement.Parse("{}"), printed);
        if (!last.TryGetProperty("items", out _))
            return JsonElement.DeepEquals(last, printed);
        var items = row.Answers.SelectMany(answer => answer.Body!.Value.GetProperty("items").EnumerateArray());
        return JsonElement.DeepEquals(JsonSerializer.SerializeToElement(new { items }), printed);
    }

    private static string Transcript(Row row, IReadOnlyList<FakeRequest> requests, CliResult text, CliResult json)
    {
        var transcript = new StringBuilder();
        transcript.Append($"$ rollcall {string.Join(' ', row.Args.Select(Quoted))}\n");
        foreach (var request in requests)
        {
            transcript.Append($"\n> {request.Method} {request.Target}\n");
            if (request.IfMatch is not null)
                transcript.Append($"> If-Match: {request.IfMatch}\n");
            if (request.Body.Length > 0)
                transcript.Append(request.Body.StartsWith('<') ? request.Body : JsonNode.Parse(request.Body)!.ToJsonString(Readable) + "\n");
        }

        transcript.Append($"\n--- text\n{text.Output}");
        if (text.Error.Length > 0)
            transcript.Append($"--- standard error\n{text.Error}");
        return transcript.Append($"--- json\n{json.Output}").ToString();
    }

    private static string Quoted(string argument) => argument.Length is 0 || argument.Contains(' ', StringComparison.Ordinal) ? $"\"{argument}\"" : argument;

    private sealed record Row(string Id, IReadOnlyList<string> Args, IReadOnlyList<FakeAnswer> Answers, string Input = "", int Exit = 0);
}
