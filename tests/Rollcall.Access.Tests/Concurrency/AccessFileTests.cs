using Rollcall.Access.Tests.Concurrency.Support;
using static Rollcall.Access.Tests.Concurrency.Support.ScimCalls;

namespace Rollcall.Access.Tests.Concurrency;

/// <summary>The auditor of the database file finds each kind of disagreement.</summary>
public sealed class AccessFileTests
{
    [Theory]
    [InlineData("update lists set member_count = 7", "a list counts its members")]
    [InlineData("update counters set total = total + 1 where resource_type = 'User'", "the counters count what an integration sees")]
    [InlineData("update counters set total = total + 1 where resource_type = 'Group'", "the counters count what an integration sees")]
    [InlineData("delete from changes where resource_kind = 1 and revision = 2", "the feed has each revision of a resource once, from the first on")]
    [InlineData("update changes set revision = 5 - revision where resource_kind = 1 and revision in (2, 3)", "the feed is in the order of each resource's revisions")]
    [InlineData("update lists set revision = revision + 1", "a list is at the last revision of the feed")]
    [InlineData("update user_state set revision = revision - 1", "a User is at the last revision of the feed")]
    [InlineData("delete from user_state", "a User is at the last revision of the feed")]
    [InlineData("update changes set action = 2 where resource_kind = 0", "what was deleted ends with its deletion")]
    [InlineData("delete from users", "state belongs to a User")]
    [InlineData("delete from users", "a member is there, and of the list's integration")]
    [InlineData("update users set integration_id = 9", "an address belongs to a User")]
    [InlineData("update members set from_revision = 99", "a membership began at a revision of its list")]
    [InlineData("update member_history set to_revision = from_revision", "an ended membership ended after it began")]
    [InlineData("update member_history set to_revision = 99", "a member's times follow on each other")]
    [InlineData("delete from owners", "owners are those of the definition")]
    [InlineData("update owners set from_at = from_at + 1", "an ownership begins and ends with a revision of its list, and at its time")]
    [InlineData("insert into block_history (person_id, from_at, to_at) values (1, 10, 20), (1, 15, 30)", "blocks of a person follow on each other")]
    [InlineData("update changes set at = 1", "times of a resource grow with its revisions")]
    [InlineData("update lists set modified = modified + 1", "a list was last changed when the feed says")]
    [InlineData("update user_state set modified = modified + 1", "a User was last changed when the feed says")]
    [InlineData("delete from audit", "each revision of the feed has its request in the audit log")]
    [InlineData("insert into members select integration_id, 2, 1, 1, 1, 1, 1, null, null, '' from members limit 1; insert into members select integration_id, 1, 1, 2, 1, 1, 1, null, null, '' from members limit 1", "no two lists contain each other")]
    public async Task Disagreement_IsFound(string disagreement, string rule)
    {
        await using var access = await LiveAccess.StartAsync();
        using var client = access.Connect();
        var (list, _) = await access.AddListAsync();
        await access.AddListAsync();
        var user = (await client.CallAsync(HttpMethod.Post, "Users", """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann","emails":[{"value":"ann@example.com"}]}""")).Id;
        await client.PatchGroupAsync(list, Add(user));
        await client.PatchGroupAsync(list, Remove(user));
        await client.PatchGroupAsync(list, Add(user));
        access.CheckStore();

        using (var connection = access.OpenForWriting())
        {
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A constant of this test.
            command.CommandText = disagreement;
#pragma warning restore CA2100
            Assert.NotEqual(0, command.ExecuteNonQuery());
        }
        using var file = access.OpenFile();
        Assert.Contains(file.FindFaults(), fault => fault.StartsWith(rule + ":", StringComparison.Ordinal));
    }
}
