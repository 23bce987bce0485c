using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Access.OAuth;
using Rollcall.Access.Scim;
using Rollcall.Access.Tests.Support;
using Rollcall.Access.Users;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Bulk;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Tests.Bulk;

/// <summary>The database goes away half-way, or the client's rights do: what is told of each operation is what became of it.</summary>
public sealed class BulkFailureTests : IAsyncLifetime
{
    private TestAccess _access = null!;
    private Integration _integration = null!;
    private string _token = "";

    public async ValueTask InitializeAsync()
    {
        _access = await TestAccess.StartAsync();
        (_integration, _) = await _access.AddIntegrationAsync();
        _token = await _access.AddStaticTokenAsync(_integration);
    }

    public ValueTask DisposeAsync() => _access.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_done_is_told_and_what_was_not_is_503_for_a_retry(bool keepsOrder)
    {
        var database = new UnsteadyDatabase(_access.Database, number => number is 2 or 3 ? Fate.Away : Fate.Done, keepsOrder);

        var results = await RunAsync(database, [.. Enumerable.Range(0, 6).Select(PostUser)]);

        Assert.Equal([201, 201, 503, 503, 201, 201], results.Select(result => result.Status));
        Assert.All(results.Where(result => result.Status == 503), result => Assert.Contains("Nothing was changed", result.Fault!.Message, StringComparison.Ordinal));
        await AssertThereAsync(results);
    }

    [Fact]
    public async Task An_unknown_outcome_is_503_that_says_so()
    {
        var results = await RunAsync(new UnsteadyDatabase(_access.Database, number => number == 1 ? Fate.Unknown : Fate.Done), [.. Enumerable.Range(0, 3).Select(PostUser)]);

        Assert.Equal([201, 503, 201], results.Select(result => result.Status));
        Assert.Contains("can't be asked whether it did", results[1].Fault!.Message, StringComparison.Ordinal);
        Assert.Null(results[1].Location);
    }

    [Fact]
    [Trait("req", "S-315")]
    public async Task S_315_what_refers_to_something_that_may_come_yet_is_503_too_and_not_tried()
    {
        var boss = PostUser(0);
        var worker = PostUser(1, managerBulkId: "u0");
        var database = new UnsteadyDatabase(_access.Database, number => number == 0 ? Fate.Away : Fate.Done);

        var results = await RunAsync(database, [worker, boss, PostUser(2)]);

        Assert.Equal([503, 503, 201], results.Select(result => result.Status));
        Assert.Equal(2, database.Writes);
        await AssertThereAsync(results);
    }

    [Theory]
    [InlineData(Fate.Away)]
    [InlineData(Fate.Unknown)]
    [Trait("req", "S-316")]
    public async Task S_316_a_circle_fails_as_a_whole(Fate fate)
    {
        var results = await RunAsync(new UnsteadyDatabase(_access.Database, _ => fate), [PostUser(0, managerBulkId: "u1"), PostUser(1, managerBulkId: "u0")]);

        Assert.Equal([503, 503], results.Select(result => result.Status));
        Assert.All(results, result => Assert.Contains(fate == Fate.Away ? "Nothing was changed" : "can't be asked", result.Fault!.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(null, 40)]
    [Trait("req", "S-311")]
    public async Task S_311_never_more_is_begun_than_may_fail(int? failOnErrors, int most)
    {
        var database = new UnsteadyDatabase(_access.Database, _ => Fate.Done);

        var results = await RunAsync(database, [.. Enumerable.Range(0, 40).Select(PostUser)], failOnErrors);

        Assert.All(results, result => Assert.Equal(201, result.Status));
        Assert.Equal(most, database.MostOnTheWay);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [Trait("req", "S-311")]
    public async Task S_311_it_stops_after_the_errors_that_the_client_allows_and_none_is_begun_for_nothing(int failOnErrors)
    {
        var database = new UnsteadyDatabase(_access.Database, number => number % 3 == 2 ? Fate.Away : Fate.Done);

        var results = await RunAsync(database, [.. Enumerable.Range(0, 40).Select(PostUser)], failOnErrors);

        Assert.Equal(failOnErrors, results.Count(result => result.Status == 503));
        Assert.Equal(database.Writes, results.Count);
        Assert.Equal(3 * failOnErrors, results.Count);
        await AssertThereAsync(results);
    }

    [Fact]
    public async Task Where_the_database_keeps_no_order_one_waits_for_the_other()
    {
        var database = new UnsteadyDatabase(_access.Database, _ => Fate.Done, keepsOrder: false);

        await RunAsync(database, [.. Enumerable.Range(0, 10).Select(PostUser)]);

        Assert.Equal(1, database.MostOnTheWay);
    }

    [Fact]
    [Trait("req", "S-320")]
    public async Task S_320_what_comes_after_the_credentials_were_revoked_is_401()
    {
        var database = new UnsteadyDatabase(_access.Database, _ => Fate.Done, keepsOrder: false)
        {
            BeforeWrite = number => number == 2 ? _access.SetEnabledAsync(_integration, enabled: false) : Task.CompletedTask,
        };

        var results = await RunAsync(database, [.. Enumerable.Range(0, 5).Select(PostUser)]);

        Assert.Equal([201, 201, 201, 401, 401], results.Select(result => result.Status));
        await AssertThereAsync(results);
    }

    private async Task<List<BulkResult>> RunAsync(Database database, JsonArray operations, int? failOnErrors = null)
    {
        var http = new DefaultHttpContext { TraceIdentifier = Guid.NewGuid().ToString() };
        http.Request.Headers.Authorization = $"Bearer {_token}";
        var request = new ScimRequest(http, database, _integration, ProtectedResource.Of(_access.Host.PublicUrl, _integration), new Caller("test"), _access.Tokens);
        var body = ScimJson.ParseObject(ScimJson.ToUtf8(ScimClient.Bulk(operations, failOnErrors is { } number ? JsonValue.Create(number) : null)));
        await using var writer = new AuditWriter(_access.Database, _access.Clock, NullLogger<AuditWriter>.Instance);
        var audit = new AuditRecorder(writer, _access.Directory, NullLogger<AuditRecorder>.Instance);
        var run = new BulkRun(request, BulkRequest.Parse(body, [ResourceTypes.User, ResourceTypes.Group], 1000), audit, NullLogger<BulkRun>.Instance);
        await run.RunAsync();
        return [.. run.Results];
    }

    /// <summary>Who was told to be there is there, nobody else.</summary>
    private async Task AssertThereAsync(List<BulkResult> results)
    {
        var users = await _access.Database.ReadAsync(session => UserDirectory.PageAsync(session, _integration.Id, null, null, 1000));
        Assert.Equal(
            results.Where(result => result.Status == 201).Select(result => $"{result.BulkId}@example.com").Order(StringComparer.Ordinal),
            users.Select(user => user.User.UserName).Order(StringComparer.Ordinal));
    }

    private static JsonObject PostUser(int index) => PostUser(index, managerBulkId: null);

    private static JsonObject PostUser(int index, string? managerBulkId)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"u{index}");
        var more = managerBulkId is null ? null : new JsonObject { [SchemaUris.EnterpriseUser] = new JsonObject { ["manager"] = new JsonObject { ["value"] = $"bulkId:{managerBulkId}" } } };
        return new JsonObject { ["method"] = "POST", ["path"] = "/Users", ["bulkId"] = name, ["data"] = ScimClient.User($"{name}@example.com", more) };
    }
}
