using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Rollcall.Tests;

/// <summary>A verb that succeeds, run against a server that plays along: once for people, once with <c>--output json</c>.</summary>
/// <param name="Arguments">What was run.</param>
/// <param name="Requests">What was sent, the same both times.</param>
/// <param name="Text">What came of it for people.</param>
/// <param name="Json">What came of it for programs.</param>
internal sealed record VerbRun(IReadOnlyList<string> Arguments, IReadOnlyList<FakeRequest> Requests, CliResult Text, CliResult Json)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Runs a verb, each time against a server of its own.</summary>
    /// <param name="arguments">What to run, without the command's name.</param>
    /// <param name="answers">What the server answers, all of which must be asked for.</param>
    /// <param name="prepare">Prepares the shell.</param>
    public static async Task<VerbRun> OfAsync(IReadOnlyList<string> arguments, IReadOnlyList<FakeAnswer> answers, Action<Cli>? prepare = null)
    {
        var (text, requests) = await RunAsync(arguments, answers, prepare);
        var (json, sameRequests) = await RunAsync([.. arguments, "--output", "json"], answers, prepare);
        Assert.Equal(requests, sameRequests);
        Assert.All(requests, request => Assert.Equal($"Bearer {Cli.Token}", request.Authorization));
        Assert.Equal((0, 0, ""), (text.Exit, json.Exit, json.Error));
        return new VerbRun(arguments, requests, text, json);
    }

    /// <summary>The run as it is kept under <c>Golden/verbs</c>.</summary>
    /// <param name="withJson">Whether what was printed for programs is part of it.</param>
    public string Transcript(bool withJson)
    {
        var transcript = new StringBuilder();
        transcript.Append($"$ rollcall {string.Join(' ', Arguments.Select(Quoted))}\n");
        foreach (var request in Requests)
        {
            transcript.Append($"\n> {request.Method} {request.Target}\n");
            if (request.IfMatch is not null)
                transcript.Append($"> If-Match: {request.IfMatch}\n");
            if (request.ActingAs is not null)
                transcript.Append($"> X-Rollcall-As: {request.ActingAs}\n");
            if (request.MediaType is not (null or "application/json"))
                transcript.Append($"> Content-Type: {request.MediaType}\n{request.Body}\n");
            else if (request.Body.Length > 0)
                transcript.Append(JsonNode.Parse(request.Body)!.ToJsonString(Readable)).Append('\n');
        }

        transcript.Append($"\n--- text\n{Text.Output.Replace("\e", "ESC", StringComparison.Ordinal)}");
        if (Text.Error.Length > 0)
            transcript.Append($"--- standard error\n{Text.Error}");
        if (withJson)
            transcript.Append($"--- json\n{Json.Output}");
        return transcript.ToString();
    }

    private static async Task<(CliResult Result, IReadOnlyList<FakeRequest> Requests)> RunAsync(IReadOnlyList<string> arguments, IReadOnlyList<FakeAnswer> answers, Action<Cli>? prepare)
    {
        await using var server = await FakeServer.StartAsync([.. answers]);
        using var cli = Cli.For(server);
        prepare?.Invoke(cli);
        var result = await cli.RunAsync(arguments);
        Assert.Equal(answers.Count, server.Requests.Count);
        return (result, server.Requests);
    }

    private static string Quoted(string argument) => argument.Length is 0 || argument.Contains(' ', StringComparison.Ordinal) ? $"\"{argument}\"" : argument;
}
