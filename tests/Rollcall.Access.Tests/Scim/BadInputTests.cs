using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Scim;

/// <summary>Input that is too much, or no text at all: a clear error, nothing changed, and the server goes on.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private const int Mebibyte = 1024 * 1024;

    private static readonly byte[] InvalidUtf8 = [.. "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"userName\":\""u8, 0xC3, 0x28, .. "\"}"u8];

    private RollcallApp _app = null!;
    private ScimClient _client = null!;
    private string _user = "";
    private string _group = "";

    public async ValueTask InitializeAsync()
    {
        _app = await RollcallApp.StartAsync();
        _client = await _app.IntegrationAsync();
        _user = await _client.UserAsync("bob");
        _group = await _client.ListAsync("Payroll");
        (await _client.AddAsync(_group, null, _user)).Expect(204);
    }

    public async ValueTask DisposeAsync()
    {
        // Whatever a test sent, nothing of it was kept.
        var users = (await _client.GetAsync("/Users")).Expect(200);
        Assert.Equal([_user], users.Ids());
        Assert.Equal(2, (await _client.GetAsync($"/Users/{_user}")).Expect(200).Revision);
        Assert.Equal(2, (await _client.GetAsync($"/Groups/{_group}")).Expect(200).Revision);
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Invalid_utf8_is_invalidSyntax()
    {
        (await _client.SendAsync("POST", "/Users", InvalidUtf8)).Expect(400, "invalidSyntax");
        (await _client.SendAsync("PUT", $"/Users/{_user}", InvalidUtf8)).Expect(400, "invalidSyntax");
        (await _client.SendAsync("POST", "/Users", Encoding.Unicode.GetBytes("{}"))).Expect(400, "invalidSyntax");
        (await _client.SendAsync("POST", "/Users", new byte[] { 0, 1, 2, 3 })).Expect(400, "invalidSyntax");
    }

    [Theory]
    [InlineData("POST", "/Users", Mebibyte)]
    [InlineData("PUT", "/Users/{user}", Mebibyte)]
    [InlineData("PATCH", "/Users/{user}", Mebibyte)]
    [InlineData("POST", "/Groups", 64 * Mebibyte)]
    [InlineData("PUT", "/Groups/{group}", 64 * Mebibyte)]
    [InlineData("PATCH", "/Groups/{group}", 64 * Mebibyte)]
    [InlineData("POST", "/Bulk", 64 * Mebibyte)]
    public async Task S_319_a_body_over_the_limit_is_413_that_names_it(string method, string path, int limit)
    {
        // The server answers to the length; none of it is sent.
        var answer = await _client.SendAsync(method, Fill(path), new byte[limit + 1], new Dictionary<string, string> { ["Expect"] = "100-continue" });

        Assert.Contains($"{limit} bytes", answer.Expect(413).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_whose_length_is_not_told_is_cut_off_at_the_limit()
    {
        var answer = await _client.SendAsync("POST", "/Users", new byte[Mebibyte + 4096], new Dictionary<string, string> { ["Transfer-Encoding"] = "chunked" });

        answer.Expect(413);
    }

    [Fact]
    public async Task A_body_just_within_the_limit_is_read()
    {
        static string Body(int length) => $"{{{new string(' ', length - 2)}}}";

        (await _client.SendAsync("POST", "/Users", Body(Mebibyte))).Expect(400, "invalidSyntax");
        // The sizes of chunks count, too.
        (await _client.SendAsync("POST", "/Users", Body(Mebibyte - 8192), new Dictionary<string, string> { ["Transfer-Encoding"] = "chunked" })).Expect(400, "invalidSyntax");
    }

    [Fact]
    public async Task Ten_thousand_unknown_members_are_refused_by_name_of_the_first_few()
    {
        var body = ScimClient.Group("Payroll", [.. Enumerable.Range(0, 10_000).Select(number => $"nobody-{number}")]);

        var answer = (await _client.PutAsync($"/Groups/{_group}", body)).Expect(400, "invalidValue");

        Assert.Contains("10000 of the members", answer.Detail, StringComparison.Ordinal);
        Assert.Contains("'nobody-0'", answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hundred_thousand_operations_are_413()
    {
        var operations = string.Join(',', Enumerable.Repeat("""{"op":"remove","path":"members"}""", 100_000));
        var body = $$"""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{{operations}}]}""";

        Assert.Contains("1000", (await _client.SendAsync("PATCH", $"/Groups/{_group}", body)).Expect(413).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S_318_a_thousand_and_one_operations_in_bulk_are_413_that_names_the_limit()
    {
        var operations = string.Join(',', Enumerable.Repeat($$"""{"method":"DELETE","path":"/Users/{{_user}}"}""", 1001));
        var body = $$"""{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{{operations}}]}""";

        Assert.Contains("at most 1000", (await _client.SendAsync("POST", "/Bulk", body)).Expect(413).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_nested_ten_thousand_deep_is_invalidSyntax()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 10_000)) + string.Concat(Enumerable.Repeat("]", 10_000));

        (await _client.SendAsync("POST", "/Users", $$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"x","emails":{{deep}}}""")).Expect(400, "invalidSyntax");
        (await _client.SendAsync("POST", "/Users", string.Concat(Enumerable.Repeat("{\"a\":", 10_000)))).Expect(400, "invalidSyntax");
    }

    [Theory]
    [InlineData("(", "userName pr", ")")]
    [InlineData("not (", "userName pr", ")")]
    [InlineData("not(not(", "userName pr", "))")]
    [InlineData("userName pr and (", "userName pr", ")")]
    [InlineData("emails[(", "value pr", ")]")]
    public async Task S_187_a_filter_nested_a_thousand_deep_is_invalidFilter(string open, string core, string close)
    {
        var filter = string.Concat(Enumerable.Repeat(open, 1000)) + core + string.Concat(Enumerable.Repeat(close, 1000));

        (await _client.GetAsync($"/Users?filter={Uri.EscapeDataString(filter)}")).Expect(400, "invalidFilter");
        (await _client.PatchAsync($"/Users/{_user}", $$"""[{"op":"remove","path":"emails[{{filter}}]"}]""")).Expect(400);
    }

    [Theory]
    [InlineData("id pr", " or ")]
    [InlineData("id pr", " and ")]
    [InlineData("not (active eq true)", " or ")]
    [InlineData("emails[value ne \"a\"]", " and ")]
    [InlineData("groups.value ne \"a\"", " or ")]
    [InlineData("title eq \"a\"", " or ")]
    public async Task A_filter_as_long_as_may_be_is_answered(string term, string word)
    {
        var filter = string.Join(word, Enumerable.Repeat(term, Math.Min(512, (8192 + word.Length) / (term.Length + word.Length))));

        (await _client.GetAsync($"/Users?filter={Uri.EscapeDataString(filter)}")).Expect(200);
        (await _client.GetAsync($"/Users?count=0&filter={Uri.EscapeDataString(filter)}")).Expect(200);
    }

    [Fact]
    public async Task A_filter_longer_than_8_kibibytes_is_invalidFilter() =>
        (await _client.GetAsync($"/Users?filter=userName eq \"{new string('a', 8192)}\"")).Expect(400, "invalidFilter");

    [Fact]
    public async Task A_value_longer_than_may_be_is_invalidValue()
    {
        (await _client.SendAsync("POST", "/Users", ScimClient.User("x@example.com", new JsonObject { ["title"] = new string('a', 70_000) }))).Expect(400, "invalidValue");
        var answer = (await _client.SendAsync("GET", $"/Users/{new string('a', 10_000)}")).Expect(404);
        Assert.InRange(answer.Detail.Length, 10, 200);
    }

    [Theory]
    [InlineData("GET /scim/acme/v2/Users/%00 HTTP/1.1", 400)]
    [InlineData("GET /scim/acme/v2/Users/%FF HTTP/1.1", 404)]
    [InlineData("GET /scim/acme/v2/Users/..%2F..%2FGroups HTTP/1.1", 404)]
    [InlineData("GET /scim/acme/v2/Users/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd HTTP/1.1", 404)]
    [InlineData("GET /scim/acme/v2/Users/../Groups/none HTTP/1.1", 404)]
    [InlineData("GET /scim/acme/v2/Users\\..\\Groups HTTP/1.1", 404)]
    [InlineData("GET /scim/acme/v2/Users?filter=%ZZ HTTP/1.1", 400)]
    [InlineData("GET /scim/acme/v2/Users?filter=%FF%FE HTTP/1.1", 400)]
    [InlineData("GET /scim/acme/v2/Users?filter HTTP/1.1", 400)]
    [InlineData("GET /scim/acme/v2/Users/a;b=c HTTP/1.1", 404)]
    [InlineData("GET http://other.example/scim/acme/v2/Users/none HTTP/1.1", 404)]
    [InlineData("JUMP /scim/acme/v2/Users HTTP/1.1", 405)]
    public async Task Odd_request_lines_are_refused(string requestLine, int status)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", _app.Http.BaseAddress!.Port, TestContext.Current.CancellationToken);
        await using var stream = socket.GetStream();
        var host = requestLine.Contains("http://", StringComparison.Ordinal) ? "other.example" : "127.0.0.1";
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"{requestLine}\r\nHost: {host}\r\nAuthorization: Bearer {_client.Token}\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
    }

    private string Fill(string path) => path.Replace("{user}", _user, StringComparison.Ordinal).Replace("{group}", _group, StringComparison.Ordinal);
}
