using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.EndToEnd.Tests.Support;

/// <summary>The API of a served Governance side, called as its administrator.</summary>
public sealed class GovernanceApi : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http;

    /// <summary>Connects to a server that serves the Governance side.</summary>
    public GovernanceApi(RollcallServer server)
    {
        _http = new HttpClient { BaseAddress = new Uri($"{server.GovernanceUrl}/api/v1/"), Timeout = Patience };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(Path.Combine(server.Data, "admin-token")).Trim());
    }

    /// <summary>Reads what is at a path below <c>/api/v1/</c>.</summary>
    public Task<JsonElement> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    /// <summary>Sends what makes something, or does something.</summary>
    public Task<JsonElement> PostAsync(string path, JsonNode? body = null) => SendAsync(HttpMethod.Post, path, body);

    /// <summary>Sends the whole of something.</summary>
    public Task<JsonElement> PutAsync(string path, JsonNode body) => SendAsync(HttpMethod.Put, path, body);

    /// <summary>Reads what works in the background until it has come to an end.</summary>
    /// <param name="path">The path below <c>/api/v1/</c>.</param>
    /// <param name="hasEnded">Whether it has.</param>
    public async Task<JsonElement> UntilAsync(string path, Func<JsonElement, bool> hasEnded)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        using var pause = new PeriodicTimer(Pause);
        for (; ; )
        {
            var answer = await GetAsync(path);
            if (hasEnded(answer))
                return answer;
            try
            {
                await pause.WaitForNextTickAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"{path} did not come to its end: {answer}");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, JsonNode? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{method} {path} answered {(int)response.StatusCode}: {answer}");
        return JsonElement.Parse(answer);
    }
}
