using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace Rollcall.Scim.Client.Tests;

/// <summary>What arrived at a <see cref="ScriptedServer"/>.</summary>
/// <param name="Line">Method and URL, as <c>GET /v2/Users?count=2</c>.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The body as text.</param>
internal sealed record Arrived(string Line, HttpRequestHeaders Headers, string Body)
{
    /// <summary>A header's value, or null.</summary>
    public string? Header(string name) => Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}

/// <summary>A server that answers in turn what a test tells it to, and remembers what it was asked. Its clock runs as fast as anybody waits.</summary>
internal sealed class ScriptedServer : HttpMessageHandler
{
    private readonly Queue<Func<CancellationToken, Task<HttpResponseMessage>>> _answers = new();
    private readonly List<Arrived> _arrived = [];

    /// <summary>The time; waiting moves it on.</summary>
    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero)) { AutoAdvanceAmount = TimeSpan.Zero };

    /// <summary>What arrived, in order.</summary>
    public IReadOnlyList<Arrived> Arrived => _arrived;

    /// <summary>Method and URL of what arrived.</summary>
    public IEnumerable<string> Lines => _arrived.Select(arrived => arrived.Line);

    /// <summary>Answers the next request.</summary>
    public ScriptedServer Then(int status, string body = "", string type = "application/scim+json", params (string Name, string Value)[] headers) =>
        Then(status, new StringContent(body, Encoding.UTF8, type), headers);

    /// <summary>Answers the next request.</summary>
    public ScriptedServer Then(int status, HttpContent content, params (string Name, string Value)[] headers)
    {
        _answers.Enqueue(_ =>
        {
            var response = new HttpResponseMessage((HttpStatusCode)status) { Content = content };
            foreach (var (name, value) in headers)
                response.Headers.TryAddWithoutValidation(name, value);
            return Task.FromResult(response);
        });
        return this;
    }

    /// <summary>Leaves the next request without an answer until it is released, or given up.</summary>
    /// <param name="released">When it is answered; never if null.</param>
    /// <param name="body">The answer.</param>
    public ScriptedServer ThenNothing(Task? released = null, string body = "")
    {
        _answers.Enqueue(async cancellationToken =>
        {
            await (released ?? new TaskCompletionSource().Task).WaitAsync(cancellationToken);
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        });
        return this;
    }

    /// <summary>Fails the next request.</summary>
    public ScriptedServer Then(Exception failure)
    {
        _answers.Enqueue(_ => throw failure);
        return this;
    }

    /// <summary>A client of this server.</summary>
    public ScimClient Connect(Func<ScimClientOptions, ScimClientOptions>? with = null)
    {
        var options = new ScimClientOptions { BaseUrl = new Uri("https://scim.example.com/v2/"), PageSize = 2, UsePatch = true };
        return new ScimClient(with is null ? options : with(options), this, Clock);
    }

    /// <summary>Lets nothing but time pass until a request has ended.</summary>
    public async Task UntilAsync(Task request, TimeSpan step)
    {
        while (!request.IsCompleted)
        {
            Clock.Advance(step);
            await Task.Yield();
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        lock (_arrived)
        {
            using var copy = new HttpRequestMessage();
            foreach (var header in request.Headers)
                copy.Headers.TryAddWithoutValidation(header.Key, header.Value);
            _arrived.Add(new Arrived($"{request.Method} {request.RequestUri!.PathAndQuery}", copy.Headers, body));
        }
        if (!_answers.TryDequeue(out var answer))
            throw new InvalidOperationException($"Nobody told the server what to answer to {_arrived[^1].Line}.");
        var response = await answer(cancellationToken);
        response.RequestMessage = request;
        return response;
    }
}
