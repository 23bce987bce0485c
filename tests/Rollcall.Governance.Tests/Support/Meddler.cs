using System.Net;
using System.Text;

namespace Rollcall.Governance.Tests.Support;

/// <summary>Stands between Governance and an application's server: counts what passes, and does to it what a test says.</summary>
internal sealed class Meddler : DelegatingHandler
{
    private int _requests;

    public Meddler()
        : base(new SocketsHttpHandler())
    {
    }

    /// <summary>What passed: method and path.</summary>
    public List<string> Passed { get; } = [];

    /// <summary>What to do to a request for SCIM before it passes; an answer takes the place of the server's. The number counts from 1.</summary>
    public Func<int, HttpRequestMessage, CancellationToken, Task<HttpResponseMessage?>> Before { get; set; } = (_, _, _) => Task.FromResult<HttpResponseMessage?>(null);

    /// <summary>What to do after the server's answer, before it arrives.</summary>
    public Func<int, HttpRequestMessage, CancellationToken, Task> After { get; set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>An answer with a SCIM error.</summary>
    public static HttpResponseMessage Error(HttpStatusCode status, string detail, string? retryAfter = null)
    {
        var answer = new HttpResponseMessage(status)
        {
            Content = new StringContent($$"""{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"{{(int)status}}","detail":"{{detail}}"}""", Encoding.UTF8, "application/scim+json"),
        };
        if (retryAfter is not null)
            answer.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
        return answer;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.RequestUri!.AbsolutePath.StartsWith("/scim/", StringComparison.Ordinal))
            return await base.SendAsync(request, cancellationToken);
        var number = Interlocked.Increment(ref _requests);
        lock (Passed)
            Passed.Add($"{request.Method} {request.RequestUri.AbsolutePath.Split("/v2")[1]}");
        if (await Before(number, request, cancellationToken) is { } instead)
            return instead;
        var answer = await base.SendAsync(request, cancellationToken);
        await After(number, request, cancellationToken);
        return answer;
    }
}
