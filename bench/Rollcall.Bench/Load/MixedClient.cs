using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Rollcall.Bench.Servers;

namespace Rollcall.Bench.Load;

/// <summary>
/// A platform that does a little of everything, one request after the other: reads, filters, pages by cursor, changes of members,
/// PUTs of a version that was just read, Users that come and go. Half of the lists are others' as well.
/// </summary>
internal sealed class MixedClient : IDisposable
{
    private const string PatchSchema = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    private const string GroupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group";
    private const int PagesOfAWalk = 5;

    private readonly HttpClient _http;
    private readonly Dataset _dataset;
    private readonly Random _random;
    private readonly int _number;
    private readonly Queue<string> _made = [];
    private readonly List<string> _firstErrors = [];
    private long _errors;
    private int _created;

    /// <summary>Connects a client.</summary>
    /// <param name="server">Where to.</param>
    /// <param name="number">Which one it is, from 0 on; it has a list of its own.</param>
    public MixedClient(RollcallServer server, int number)
    {
        _dataset = server.Dataset;
        _number = number;
        _random = new Random(number);
        _http = new HttpClient { BaseAddress = new Uri(server.Url, $"/scim/{Dataset.Integration}/v2/") };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Token);
    }

    /// <summary>How many requests were answered.</summary>
    public long Answers { get; private set; }

    /// <summary>What was answered otherwise than it should have been, at most a few of them, with how many there were in all.</summary>
    public (long Count, IReadOnlyList<string> First) Errors => (_errors, _firstErrors);

    private string Any => _dataset.Users[_random.Next(_dataset.Users.Count)];

    private string Group => _dataset.Groups[$"small-{(_random.Next(2) == 0 ? _number : _random.Next(Dataset.SmallLists))}"];

    /// <summary>Sends until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await (_random.Next(100) switch
            {
                < 40 => CallAsync(HttpMethod.Get, $"Users/{Any}", null, null, 200),
                < 55 => CallAsync(HttpMethod.Get, $"Users?filter=userName%20eq%20%22{Dataset.UserName(_random.Next(Dataset.ListedUsers))}%22", null, null, 200),
                < 60 => WalkAsync(),
                < 68 => CallAsync(HttpMethod.Get, $"Groups/{Group}?excludedAttributes=members", null, null, 200),
                < 84 => PatchAsync(),
                < 92 => PutAsync(),
                < 96 => CreateAsync(),
                _ => DeleteAsync(),
            });
        }
        while (_made.Count > 0)
            await DeleteAsync();
    }

    public void Dispose() => _http.Dispose();

    private async Task WalkAsync()
    {
        var cursor = "";
        for (var page = 0; page < PagesOfAWalk; page++)
        {
            var answer = await CallAsync(HttpMethod.Get, $"Users?count=20&cursor={cursor}", null, null, 200);
            if ((string?)answer.Body?["nextCursor"] is not { } next)
                return;
            cursor = Uri.EscapeDataString(next);
        }
    }

    private Task PatchAsync()
    {
        var user = Any;
        var operation = _random.Next(2) == 0
            ? $$"""{"op":"add","path":"members","value":[{"value":"{{user}}"}]}"""
            : $$"""{"op":"remove","path":"members[value eq \"{{user}}\"]"}""";
        return CallAsync(HttpMethod.Patch, $"Groups/{Group}", $$"""{"schemas":["{{PatchSchema}}"],"Operations":[{{operation}}]}""", null, 204);
    }

    // Somebody else may have changed the list in between: then 412 is the right answer.
    private async Task PutAsync()
    {
        var group = Group;
        var read = await CallAsync(HttpMethod.Get, $"Groups/{group}?attributes=displayName", null, null, 200);
        var members = string.Join(',', Enumerable.Range(0, 10).Select(_ => Any).Distinct().Select(user => $$"""{"value":"{{user}}"}"""));
        await CallAsync(HttpMethod.Put, $"Groups/{group}",
            $$"""{"schemas":["{{GroupSchema}}"],"displayName":"{{(string?)read.Body?["displayName"]}}","members":[{{members}}]}""", read.ETag, 200, 412);
    }

    private async Task CreateAsync()
    {
        var answer = await CallAsync(HttpMethod.Post, "Users", Dataset.UserBody(1_000_000 + (_number * 1_000_000) + _created++), null, 201);
        if ((string?)answer.Body?["id"] is { } id)
            _made.Enqueue(id);
    }

    private async Task DeleteAsync()
    {
        if (_made.TryDequeue(out var id))
            await CallAsync(HttpMethod.Delete, $"Users/{id}", null, null, 204);
    }

    private async Task<(JsonNode? Body, string? ETag)> CallAsync(HttpMethod method, string path, string? body, string? ifMatch, params int[] expected)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/scim+json");
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        try
        {
            using var response = await _http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            Answers++;
            if (!expected.Contains((int)response.StatusCode))
                Fail($"{method} {path}: {(int)response.StatusCode} {text}");
            return (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created ? JsonNode.Parse(text) : null, response.Headers.ETag?.ToString());
        }
        catch (HttpRequestException exception)
        {
            Fail($"{method} {path}: {exception.Message}");
            return (null, null);
        }
    }

    private void Fail(string what)
    {
        if (_errors++ < 3)
            _firstErrors.Add(what.Length > 300 ? what[..300] : what);
    }
}
