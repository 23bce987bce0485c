using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Access.Tests.Support;

/// <summary>An answer of the admin API. Whatever holds for every answer was asserted when it was read.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">Headers by name, in any case.</param>
/// <param name="Body">The body; an empty object where there is none.</param>
internal sealed record ApiAnswer(int Status, IReadOnlyDictionary<string, string> Headers, JsonObject Body)
{
    public string? ETag => Headers.GetValueOrDefault("ETag");

    public JsonArray Items => Body["items"]!.AsArray();

    /// <summary>The answer itself, if it has this status.</summary>
    public ApiAnswer Expect(int status)
    {
        Assert.True(status == Status, $"{Status} instead of {status}: {Body.ToJsonString()}");
        return this;
    }

    public static async Task<ApiAnswer> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var headers = response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        var status = (int)response.StatusCode;
        Assert.Equal("no-store", headers["Cache-Control"]);
        if (text.Length == 0)
        {
            Assert.Equal(204, status);
            return new ApiAnswer(status, headers, []);
        }
        var body = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false })!.AsObject();
        Assert.StartsWith(status < 400 ? "application/json" : "application/problem+json", headers["Content-Type"], StringComparison.Ordinal);
        if (status >= 400)
        {
            Assert.Equal(status, (int)body["status"]!);
            Assert.InRange(((string)body["detail"]!).Length, 10, 1000);
            Assert.DoesNotContain("Exception", (string)body["detail"]!, StringComparison.Ordinal);
        }
        return new ApiAnswer(status, headers, body);
    }
}
