using Xunit.Sdk;

namespace Rollcall.Access.Tests.Support;

/// <summary>The checks that every test ends with find what they are for.</summary>
public sealed class SupportTests
{
    [Theory]
    [InlineData("update counters set total = total + 1 where resource_type = 'Group'", "a counter is")]
    [InlineData("update lists set member_count = 7", "member_count is")]
    [InlineData("update members set integration_id = 9", "a member stands in the partition")]
    [InlineData("delete from users where user_name like 'bob%'", "a member exists")]
    [InlineData("update lists set scim_id = null where title = 'Inner'", "a Group that is a member of a Group is seen")]
    [InlineData("delete from people", "an owner and its list exist")]
    [InlineData("delete from user_state", "a User has one state")]
    [InlineData("insert into user_emails (integration_id, value_key, user_id) values (1, 'x', 99)", "an indexed address")]
    [InlineData("delete from changes where revision = 2 and resource_kind = 1", "the feed has each revision")]
    [InlineData("update changes set at = at + 1000 where revision = 1", "times of a resource's revisions")]
    [InlineData("update lists set revision = revision + 1", "a resource is at the feed's last revision")]
    [InlineData("update changes set action = 2 where revision = 1", "what is deleted is gone")]
    [InlineData("delete from audit", "each change is in the audit log")]
    [InlineData("update member_history set from_revision = to_revision", "intervals of a membership")]
    [InlineData("update members set from_at = from_at - 1", "a membership begins and ends")]
    [InlineData("update changes set request_id = 'other' where resource_kind = 0 and action = 3", "a change of a User's membership")]
    [InlineData("update lists set defined_revision = 2", "intervals of a list's definition")]
    [InlineData("delete from user_history", "intervals of a User's attributes")]
    [InlineData("update lists set title = 'Another'", "the document of list")]
    [InlineData("update users set user_name = 'another'", "the document of User")]
    public async Task StoreCheck_finds_a_contradiction(string sql, string rule)
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var (outer, inner) = (await client.ListAsync("Outer"), await client.ListAsync("Inner"));
        var (bob, carol) = (await client.UserAsync("bob"), await client.UserAsync("carol"));
        (await client.AddAsync(outer, null, inner, bob, carol)).Expect(204);
        (await client.RemoveAsync(outer, null, carol)).Expect(204);
        (await client.PatchAsync($"/Users/{bob}", """[{"op":"add","path":"title","value":"Boss"}]""")).Expect(200);
        StoreCheck.Run(app.DatabaseFile);

        app.Break(sql);

        Assert.Contains(rule, Assert.ThrowsAny<XunitException>(() => StoreCheck.Run(app.DatabaseFile)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LogSink_finds_a_value_in_the_log()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        await client.UserAsync("bob");
        using var sink = new LogSink();
        sink.Hide("bob@example.com");
        sink.AssertKeepsSecrets();

        sink.CreateLogger("Test").Log(Microsoft.Extensions.Logging.LogLevel.Error, 1, "made bob@example.com", null, (state, _) => state);

        Assert.ThrowsAny<XunitException>(sink.AssertKeepsSecrets);
    }
}
