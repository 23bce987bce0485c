using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Rollcall.Tests;

/// <summary>What the fake server answers to one request.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Body">A JSON document, or null for none.</param>
/// <param name="ETag">The ETag header, or null for none.</param>
/// <param name="Raw">Instead of a document: text that is sent as it is, as <c>text/html</c>.</param>
internal sealed record FakeAnswer(int Status, JsonElement? Body = null, string? ETag = null, string? Raw = null);

/// <summary>A request as the fake server got it.</summary>
internal sealed record FakeRequest(string Method, string Target, string? Authorization, string? IfMatch, string? ActingAs, string? MediaType, string Body);

/// <summary>A server in this process that records requests and gives its answers in order.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Queue<FakeAnswer> _answers;

    private FakeServer(WebApplication app, IEnumerable<FakeAnswer> answers)
    {
        _app = app;
        _answers = new Queue<FakeAnswer>(answers);
    }

    /// <summary>Its address, on a free port.</summary>
    public string Url => _app.Urls.Single();

    /// <summary>What was asked, in order.</summary>
    public List<FakeRequest> Requests { get; } = [];

    /// <summary>Starts a server.</summary>
    public static async Task<FakeServer> StartAsync(params IEnumerable<FakeAnswer> answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new FakeServer(builder.Build(), answers);
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        using var reader = new StreamReader(request.Body);
        Requests.Add(new FakeRequest(
            request.Method,
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            request.Headers.Authorization,
            request.Headers.IfMatch,
            request.Headers["X-Rollcall-As"],
            request.ContentType?.Split(';')[0],
            await reader.ReadToEndAsync()));

        var answer = _answers.Dequeue();
        context.Response.StatusCode = answer.Status;
        if (answer.ETag is not null)
            context.Response.Headers.ETag = answer.ETag;
        if (answer is { Raw: null, Body: null })
            return;
        context.Response.ContentType = answer.Raw is not null ? "text/html" : answer.Status < 400 ? "application/json" : "application/problem+json";
        await context.Response.WriteAsync(answer.Raw ?? answer.Body!.Value.GetRawText());
    }
}
