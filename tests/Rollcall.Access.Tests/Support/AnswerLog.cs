using System.Collections.Concurrent;

namespace Rollcall.Access.Tests.Support;

/// <summary>Keeps the method, path and status of each answer by its request's id.</summary>
internal sealed class AnswerLog() : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly ConcurrentDictionary<string, Answer> _answers = new(StringComparer.Ordinal);

    /// <summary>What was answered to a request.</summary>
    public sealed record Answer(string Method, string Path, int Status)
    {
        public bool IsWrite => Method is not ("GET" or "HEAD" or "OPTIONS") && !(Method == "POST" && Path.EndsWith("/.search", StringComparison.OrdinalIgnoreCase));

        /// <summary>Whether the path is one whose requests are audited.</summary>
        public bool IsAudited => Path.StartsWith("/scim/", StringComparison.OrdinalIgnoreCase) || Path.StartsWith("/api/", StringComparison.OrdinalIgnoreCase) || Path == "/oauth/token";
    }

    public IReadOnlyDictionary<string, Answer> ById => _answers;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.Headers.TryGetValues("X-Request-Id", out var ids))
            _answers[ids.Single()] = new Answer(request.Method.Method, request.RequestUri!.AbsolutePath, (int)response.StatusCode);
        return response;
    }
}
