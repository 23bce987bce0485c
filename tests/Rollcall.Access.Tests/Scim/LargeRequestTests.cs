using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Scim;

/// <summary>Requests that are a lot of work: done at once, or refused.</summary>
public sealed class LargeRequestTests
{
    [Fact]
    public async Task S_294_a_thousand_members_come_and_go_in_one_PATCH_each()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var group = await client.ListAsync("Everybody");
        var users = await Task.WhenAll(Enumerable.Range(0, 1000).Select(number => client.UserAsync($"user-{number}")));

        Assert.Equal(2, (await client.AddAsync(group, null, users)).Expect(204).Revision);
        Assert.Equal(users.Order(StringComparer.Ordinal), (await client.GetAsync($"/Groups/{group}")).Ids("members", "value").Order(StringComparer.Ordinal));
        Assert.Equal(3, (await client.RemoveAsync(group, null, users[1..])).Expect(204).Revision);
        Assert.Equal([users[0]], (await client.GetAsync($"/Groups/{group}")).Ids("members", "value"));
    }

    [Fact]
    public async Task S_174_a_filter_that_takes_too_long_is_tooMany()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        await client.UserAsync("bob");
        // An index that is read to no end, in place of one that is as long as a very large directory.
        app.Break("alter table user_emails rename to real_emails");
        app.Break(
            """
            create view user_emails as
            with recursive numbers(n) as (select 1 union all select n + 1 from numbers)
            select 1 as integration_id, 'a' as value_key, n as user_id from numbers where n < 0
            """);

        // Each look at the clock is a tenth of a second later than the one before.
        app.Clock.AutoAdvanceAmount = TimeSpan.FromMilliseconds(100);

        var answer = (await client.GetAsync("/Users?filter=emails.value eq \"a\"")).Expect(400, "tooMany");

        Assert.Contains("Narrow the filter", answer.Detail, StringComparison.Ordinal);
        (await client.GetAsync("/Users?filter=userName eq \"bob@example.com\"")).Expect(200);
    }
}
