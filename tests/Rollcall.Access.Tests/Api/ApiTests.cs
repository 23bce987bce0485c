using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Access.Tests.Scim;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Api;

public sealed class ApiTests(RequestServer server) : IClassFixture<RequestServer>
{
    private static int _rows;

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public static IEnumerable<ITheoryDataRow> Rows =>
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Data"), "api-*.json").Order(StringComparer.Ordinal).SelectMany(file => Testing.Rows.Of<ApiRow>(Path.GetFileName(file)));

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Request_IsAnsweredAsTheTableSays(ApiRow row)
    {
        _values["n"] = Interlocked.Increment(ref _rows).ToString(System.Globalization.CultureInfo.InvariantCulture);
        foreach (var step in row.Steps)
            await RunAsync(step);
    }

    private async Task RunAsync(ApiStep step)
    {
        server.App.Clock.Advance(TimeSpan.FromSeconds(step.After));
        var space = step.Send.IndexOf(' ', StringComparison.Ordinal);
        var answer = await server.App.AdminAsync(
            step.Send[..space], Fill(step.Send[(space + 1)..]), step.Text is not null ? Fill(step.Text) : step.Body is { } body ? Fill(body) : (object?)null,
            step.With.ToDictionary(header => header.Key, header => Fill(header.Value)));

        Assert.True(step.Status == answer.Status, $"{step.Send}: {answer.Status} instead of {step.Status}: {answer.Body.ToJsonString()}");
        if (step.Field is not null)
            Assert.Equal(step.Field, (string?)answer.Body["field"]);
        if (step.Detail is not null)
            Assert.Contains(Fill(step.Detail), (string?)answer.Body["detail"], StringComparison.Ordinal);
        foreach (var (name, value) in step.Headers)
        {
            var given = answer.Headers.GetValueOrDefault(name);
            Assert.True(value == "*" ? given is not null : given == (value is null ? null : Fill(value)), $"{name}: {given}");
        }
        if (step.Answer is not null)
            JsonShape.AssertMatches(Fill(step.Answer), answer.Body);
        foreach (var (name, place) in step.Save)
            _values[name] = place.Split('.').Aggregate((JsonNode)answer.Body, (node, part) => int.TryParse(part, out var index) ? node[index]! : node[part]!).ToString();
        if (answer.ETag is { } etag)
            _values["etag"] = etag;
    }

    private JsonNode Fill(JsonNode json) => JsonNode.Parse(Fill(json.ToJsonString(), value => JsonEncodedText.Encode(value).ToString()))!;

    private string Fill(string text) => Fill(text, value => value);

    private string Fill(string text, Func<string, string> encode) =>
        _values.Aggregate(text, (filled, pair) => filled.Replace($"{{{pair.Key}}}", encode(pair.Value), StringComparison.Ordinal));
}
