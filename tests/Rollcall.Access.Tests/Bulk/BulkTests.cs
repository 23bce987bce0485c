using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Rollcall.Access.Tests.Support;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Tests.Bulk;

/// <summary>What bulk requests leave behind and what is too much for one; what each operation is answered is in <c>Data/scim-bulk.json</c>.</summary>
public sealed class BulkTests : IAsyncLifetime
{
    private const int Mebibyte = 1024 * 1024;

    private RollcallApp _app = null!;
    private ScimClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await RollcallApp.StartAsync();
        _client = await _app.IntegrationAsync();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    [Trait("req", "S-318")]
    public async Task S_318_more_than_a_thousand_operations_are_413_that_names_the_limit()
    {
        var refused = await SendAsync([.. Enumerable.Range(0, 1001).Select(PostUser)]);

        Assert.Contains("at most 1000 ", refused.Expect(413).Detail, StringComparison.Ordinal);
        Assert.Empty((await _client.GetAsync("/Users")).Resources);
        var done = (await SendAsync([.. Enumerable.Range(0, 1000).Select(PostUser)])).Expect(200);
        Assert.All(done.Results, result => Assert.Equal("201", (string?)result["status"]));
        Assert.Equal(1000, (int)(await _client.GetAsync("/Users?count=0")).Body["totalResults"]!);
    }

    [Fact]
    [Trait("req", "S-319")]
    public async Task S_319_a_payload_over_the_limit_is_413_as_soon_as_it_is_over_it_even_if_its_length_was_not_told()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", _app.Http.BaseAddress!.Port, TestContext.Current.CancellationToken);
        await using var stream = socket.GetStream();
        var head = $"POST /scim/acme/v2/Bulk HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {_client.Token}\r\nContent-Type: application/scim+json\r\nTransfer-Encoding: chunked\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), TestContext.Current.CancellationToken);
        // A body that never ends: only a server that stops reading answers it.
        var chunk = Encoding.ASCII.GetBytes($"{Mebibyte:x}\r\n{new string(' ', Mebibyte)}\r\n");
        var sending = Task.Run(async () =>
        {
            try
            {
                while (true)
                    await stream.WriteAsync(chunk, TestContext.Current.CancellationToken);
            }
            catch (IOException)
            {
                // The server has hung up.
            }
        }, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, leaveOpen: true);

        Assert.Equal("HTTP/1.1 413 Payload Too Large", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        var rest = new StringBuilder();
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("detail", StringComparison.Ordinal) && !line.EndsWith('}'))
            rest.AppendLine(line);
        Assert.Contains("application/scim+json", rest.ToString(), StringComparison.Ordinal);
        socket.Close();
        await sending;
    }

    [Fact]
    [Trait("req", "S-320")]
    public async Task S_320_a_User_too_large_for_a_request_by_itself_is_so_in_bulk_too()
    {
        static JsonObject Large(int index, int length)
        {
            var operation = PostUser(index);
            operation["data"]!["roles"] = new JsonArray([.. Enumerable.Range(0, length / 50_000).Select(number => new JsonObject { ["value"] = $"{number}{new string('r', 49_000)}" })]);
            return operation;
        }

        var answer = (await SendAsync([Large(0, 2 * Mebibyte), Large(1, 100_000)])).Expect(200);

        Assert.Equal(["413", "201"], answer.Results.Select(result => (string?)result["status"]));
        Assert.Contains("1048576 bytes", (string?)answer.Results.First()["response"]!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    [Trait("req", "S-320")]
    public async Task S_320_each_operation_has_audit_rows_of_its_own_as_a_request_by_itself_has()
    {
        var list = await _client.ListAsync("Payroll");
        (await _client.SendAsync("PATCH", "/ServiceProviderConfig", new JsonObject())).Expect(405);
        (await _client.SendAsync("DELETE", $"/Groups/{list}")).Expect(204);
        var user = await _client.UserAsync("bob");
        var group = new JsonObject { ["method"] = "POST", ["path"] = "/Groups", ["bulkId"] = "g", ["data"] = ScimClient.Group("Payroll", "bulkId:u0") };

        var answer = (await SendAsync(
            [group, PostUser(0), Patch($"/Users/{user}", "title", "Boss"), Patch($"/Users/{user}", "title", "Boss"), Patch("/Groups/bulkId:g", "externalId", "x"), Delete($"/Users/{user}")])).Expect(200);

        Assert.Equal(["201", "201", "200", "200", "204", "204"], answer.Results.Select(result => (string?)result["status"]));
        var made = ((string)answer.Results.First()["location"]!).Split('/')[^1];
        Assert.Equal(
        [
            "1 group.offer POST /scim/acme/v2/Groups",
            "2 group.create POST /scim/acme/v2/Groups",
            "3 user.create POST /scim/acme/v2/Users",
            $"5 user.patch PATCH /scim/acme/v2/Users/{user}",
            $"9 group.patch PATCH /scim/acme/v2/Groups/{made}",
            $"11 user.delete DELETE /scim/acme/v2/Users/{user}",
        ], AuditOf(answer.Headers["X-Request-Id"]));
    }

    [Fact]
    [Trait("req", "S-317")]
    public async Task S_317_what_was_on_its_way_before_an_operation_is_done_when_it_asks_for_the_version()
    {
        var list = await _client.ListAsync("Payroll");
        var users = new List<string>();
        for (var i = 0; i < 20; i++)
            users.Add(await _client.UserAsync($"user-{i}"));
        JsonObject Put(params string[] members) => new() { ["method"] = "PUT", ["path"] = $"/Groups/{list}", ["data"] = ScimClient.Group("Payroll", members) };

        var answer = (await SendAsync([.. users.SelectMany(user => (IEnumerable<JsonObject>)[Put(user), Delete($"/Users/{user}")]), Put()])).Expect(200);

        Assert.All(answer.Results, result => Assert.Contains((string?)result["status"], (IEnumerable<string>)["200", "204"]));
        Assert.Equal("W/\"41\"", (string?)answer.Results.Last()["version"]);
    }

    [Fact]
    public async Task An_operation_that_fails_unexpectedly_is_500_alone_and_the_log_says_why()
    {
        var user = await _client.UserAsync("bob");
        _app.Break("drop table user_emails");

        var answer = (await SendAsync([new JsonObject { ["method"] = "PUT", ["path"] = $"/Users/{user}", ["data"] = ScimClient.User("robert@example.com") }, Delete("/Users/none")])).Expect(200);

        Assert.Equal(["500", "404"], answer.Results.Select(result => (string?)result["status"]));
        Assert.DoesNotContain("user_emails", answer.Body.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains(_app.Log.Lines, line => line.Contains(answer.Headers["X-Request-Id"], StringComparison.Ordinal) && line.Contains("user_emails", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_database_that_is_busy_is_503_for_each_operation_and_nothing_is_changed()
    {
        await using (var other = _app.OpenDatabase())
        {
            RollcallApp.Execute(other, "begin immediate");

            var answer = (await SendAsync([PostUser(0), PostUser(1)])).Expect(200);

            Assert.Equal(["503", "503"], answer.Results.Select(result => (string?)result["status"]));
            Assert.False(answer.Changed);
            RollcallApp.Execute(other, "rollback");
        }
        Assert.Equal(["201", "201"], (await SendAsync([PostUser(0), PostUser(1)])).Results.Select(result => (string?)result["status"]));
    }

    private Task<ScimAnswer> SendAsync(JsonArray operations) => _client.SendAsync("POST", "/Bulk", ScimClient.Bulk(operations));

    private List<string> AuditOf(string requestId)
    {
        using var connection = _app.OpenDatabase();
        using var command = connection.CreateCommand();
        command.CommandText = "select change_number || ' ' || code || ' ' || (request ->> 'method') || ' ' || (request ->> 'path') from audit where request_id = $1 order by change_number";
        command.Parameters.AddWithValue("$1", requestId);
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(reader.GetString(0));
        return rows;
    }

    private static JsonObject PostUser(int index) => new()
    {
        ["method"] = "POST",
        ["path"] = "/Users",
        ["bulkId"] = string.Create(CultureInfo.InvariantCulture, $"u{index}"),
        ["data"] = ScimClient.User(string.Create(CultureInfo.InvariantCulture, $"u{index}@example.com")),
    };

    private static JsonObject Patch(string path, string attribute, string value) => new()
    {
        ["method"] = "PATCH",
        ["path"] = path,
        ["data"] = new JsonObject { ["schemas"] = new JsonArray(SchemaUris.PatchOp), ["Operations"] = new JsonArray(new JsonObject { ["op"] = "replace", ["path"] = attribute, ["value"] = value }) },
    };

    private static JsonObject Delete(string path) => new() { ["method"] = "DELETE", ["path"] = path };
}
