using System.Text;
using System.Text.Json.Nodes;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Clients;

/// <summary>Speaks a client's conversation with the server, each request twice.</summary>
internal sealed class ConversationRunner
{
    private readonly RollcallApp _app;
    private readonly Conversation _conversation;
    private readonly ScimClient _client;
    private readonly Placeholders _values;

    private ConversationRunner(RollcallApp app, Conversation conversation, JsonObject integration)
    {
        (_app, _conversation) = (app, conversation);
        string Text(string name) => (string)integration[name]!;
        _client = new ScimClient(app, Text("name"), Text("scimBaseUrl"), Text("token"));
        _values = new()
        {
            ["base"] = _client.BaseUrl,
            ["tokenUrl"] = Text("tokenUrl"),
            ["clientId"] = Text("clientId"),
            ["clientSecret"] = Text("clientSecret"),
            ["basic"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Text("clientId")}:{Text("clientSecret")}")),
            ["staticToken"] = _client.Token,
        };
    }

    /// <param name="app">The server.</param>
    /// <param name="conversation">What is said.</param>
    /// <param name="name">A name for the client's integration.</param>
    public static async Task RunAsync(RollcallApp app, Conversation conversation, string name)
    {
        var made = await app.AdminAsync("POST", "/integrations", new JsonObject { ["name"] = name, ["platform"] = conversation.Platform, ["staticToken"] = true });
        var runner = new ConversationRunner(app, conversation, made.Expect(201).Body);
        foreach (var title in conversation.Lists)
            await app.ListAsync(runner._client, title);
        foreach (var stage in conversation.Life)
            await runner.RunAsync(stage);
    }

    private async Task RunAsync(ConversationStage stage)
    {
        foreach (var request in stage.Requests)
        {
            var where = $"{stage.Stage}, {request.Send}";
            Assert.True(request.Again is not null || request.Send.StartsWith("GET ", StringComparison.Ordinal), $"{where}: what is answered to the repetition?");
            // What is sent again is what was sent: values that the answer gives are for later requests.
            var send = Prepare(request);
            var answer = await send();
            Check(request.Expect, answer, where);
            foreach (var (name, path) in request.Expect.Save)
                _values[name] = Placeholders.Find(answer.Body, path)
                    ?? throw new InvalidOperationException($"{where}: the answer has no {path}: {answer.Body.ToJsonString()}");
            var again = await send();
            if (request.Again is { } expected)
                Check(expected, again, $"{where}, once more");
            if (request.Again is null or { Changed: false })
                Assert.True((answer.Status, answer.ETag, answer.Body.ToJsonString()) == (again.Status, again.ETag, again.Body.ToJsonString()), $"{where}, once more: {again.ETag} {again.Body.ToJsonString()} after {answer.ETag} {answer.Body.ToJsonString()}");
        }
        foreach (var (title, members) in stage.Lists ?? new Dictionary<string, IReadOnlyList<string>?>())
            await CheckListAsync(title, members, stage.Stage);
    }

    private Func<Task<ScimAnswer>> Prepare(ConversationRequest request)
    {
        var space = request.Send.IndexOf(' ', StringComparison.Ordinal);
        var (method, target) = (request.Send[..space], _values.Fill(request.Send[(space + 1)..]));
        if (request.Form is { } form)
            return () => SendFormAsync(target, form.ToDictionary(field => field.Key, field => _values.Fill(field.Value)), request.With);
        // Of a request without a body .NET sends no Content-Type, though some clients do.
        var headers = _conversation.Headers.Where(header => !request.With.ContainsKey(header.Key) && (request.Body is not null || header.Key != "Content-Type")).Concat(request.With)
            .ToDictionary(header => header.Key, header => _values.Fill(header.Value));
        if (_conversation.Query is { } query)
            target += (target.Contains('?', StringComparison.Ordinal) ? "&" : "?") + query;
        var body = request.Body is null ? null : _values.Fill(request.Body);
        return () => _client.SendAsync(method, target, body, headers);
    }

    // The token endpoint speaks OAuth, not SCIM.
    private async Task<ScimAnswer> SendFormAsync(string url, Dictionary<string, string> form, IReadOnlyDictionary<string, string> headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new FormUrlEncodedContent(form) };
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, _values.Fill(value)), name);
        using var response = await _app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsObject();
        return new ScimAnswer((int)response.StatusCode, new Dictionary<string, string>(), body);
    }

    private void Check(ConversationAnswer expected, ScimAnswer answer, string where)
    {
        Assert.True(expected.Status == answer.Status, $"{where}: {answer.Status} instead of {expected.Status}: {answer.Body.ToJsonString()}");
        Assert.True(expected.ScimType == answer.ScimType, $"{where}: {answer.ScimType}: {answer.Detail}");
        Assert.True(answer.Detail.Contains(_values.Fill(expected.Detail ?? ""), StringComparison.Ordinal), $"{where}: {answer.Detail}");
        Assert.True(expected.Changed is null || expected.Changed == answer.Changed, $"{where}: changed {answer.Changed}");
        foreach (var (name, value) in expected.Headers)
        {
            var given = answer.Headers.GetValueOrDefault(name);
            Assert.True(value == "*" ? given is not null : given == (value is null ? null : _values.Fill(value)), $"{where}: {name} is {given ?? "absent"}");
        }
        if (expected.Body is not null)
            JsonShape.AssertMatches(_values.Fill(expected.Body), answer.Body, where);
    }

    private async Task CheckListAsync(string title, IReadOnlyList<string>? members, string stage)
    {
        var list = (await _app.AdminAsync("GET", $"/lists/{Uri.EscapeDataString($"{_client.Name}-{title}")}")).Expect(200).Body;
        var given = (await _app.AdminAsync("GET", $"/lists/{Uri.EscapeDataString($"{_client.Name}-{title}")}/members")).Expect(200).Items;
        var names = given.Select(member => (string)member!["name"]!).Order(StringComparer.Ordinal);
        Assert.True((members ?? []).Order(StringComparer.Ordinal).SequenceEqual(names), $"{stage}: the members of {title} are {string.Join(", ", names)}");
        Assert.True(members is null == list["scimId"] is null, $"{stage}: {title} is {(list["scimId"] is null ? "not " : "")}seen by the client");
    }
}
