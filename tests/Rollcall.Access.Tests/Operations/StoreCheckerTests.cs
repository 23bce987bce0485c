using Rollcall.Access.Checks;
using Rollcall.Access.Tests.Support;
using Rollcall.Data;
using Rollcall.Data.Migrations;

namespace Rollcall.Access.Tests.Operations;

/// <summary><c>rollcall check-store</c> finds each kind of contradiction; every other test ends with it finding none.</summary>
public sealed class StoreCheckerTests
{
    /// <summary>What is done to the file, the check that finds it, and a part of what it says.</summary>
    public static TheoryData<string, string, string> Contradictions => new()
    {
        { "pragma writable_schema = on; update sqlite_master set sql = 'create index users_external_id on users (integration_id, document)' where name = 'users_external_id'", "integrity", "users_external_id" },
        { "drop index people_name; insert into people (name, name_key) select name, name_key from people limit 1", "unique-keys", "people_name" },
        { "drop index lists_title; update lists set title_key = 'same'", "unique-keys", "lists_title" },
        { "drop index lists_scim_id; update lists set scim_id = 'same'", "unique-keys", "lists_scim_id" },
        { "drop index users_user_name; update users set user_name_key = 'same'", "unique-keys", "users_user_name" },
        { "drop index audit_request; insert into audit select id + 1000, request_id, change_number, at, code, outcome, integration_id, actor, resource_kind, resource_id, resource_name, revision_before, revision_after, operations, request from audit limit 1", "unique-keys", "audit_request" },
        { "update counters set total = total + 1 where resource_type = 'Group'", "counters", "type Group, counted 4, rows 3" },
        { "update counters set total = total - 1 where resource_type = 'User'", "counters", "type User, counted 1, rows 2" },
        { "delete from counters", "counters", "type User, counted 0, rows 2" },
        { "update lists set member_count = 7", "member-counts", "counted 7" },
        { "update members set integration_id = 9", "references", "member of no list" },
        { "delete from users where user_name like 'bob%'", "references", "member that is no User" },
        { "delete from users where user_name like 'bob%'", "references", "state of no User" },
        { "delete from lists where name = 'inner'", "references", "member that is no list" },
        { "update members set kind = 2, member_id = 99 + member_id where kind = 0", "references", "member that is no person" },
        { "update members set kind = 3 where kind = 0", "references", "unknown kind" },
        { "update lists set scim_id = null where title = 'Inner'", "references", "but not seen" },
        { "update owners set integration_id = 9", "references", "owner of no list" },
        { "update owners set kind = 1, owner_id = 99", "references", "owner that is no list" },
        { "delete from people", "references", "owner that is no person" },
        { "delete from people", "references", "User of no person of its name" },
        { "delete from user_state", "references", "User without state" },
        { "insert into user_emails (integration_id, value_key, user_id) values (1, 'x', 99)", "references", "address of no User" },
        { "delete from integrations", "references", "User of no integration" },
        { "delete from integrations", "references", "list of no integration" },
        { "delete from integrations", "references", "client of no integration" },
        { "delete from integrations", "references", "token of no integration" },
        { "update lists set type = ''", "references", "without integration, or the reverse" },
        { "delete from clients", "references", "secret of no client" },
        { "insert into members select integration_id, member_id, kind, list_id, 1, 1, 1, null, null, '' from members where kind = 1", "nesting", "in a circle" },
        { "with recursive n (i) as (select 100 union all select i + 1 from n where i < 110) insert into members select 1, i, 1, i + 1, 1, 1, 1, null, null, '' from n", "nesting", "depth 11" },
        { "update users set user_name = 'another'", "user-documents", "userName" },
        { "update users set user_name_key = scim_id", "user-documents", "userName" },
        { "update users set external_id = 'another'", "user-documents", "externalId" },
        { "update users set display_name_key = 'another'", "user-documents", "displayName" },
        { "update users set active = 0", "user-documents", "active" },
        { "update users set scim_id = 'u' || id", "user-documents", "id" },
        { "update users set search = '{}'", "user-documents", "comparison document" },
        { "update users set document = cast('{' as blob)", "user-documents", "can't be read" },
        { "delete from user_emails", "user-documents", "addresses" },
        { "update lists set title = 'Another ' || id", "list-documents", "title" },
        { "update lists set scim_id = 'l' || id where scim_id is not null", "list-documents", "document" },
        { "update lists set search = '{}'", "list-documents", "comparison document" },
        { "update lists set definition = '{}'", "list-documents", "can't be read" },
        { "delete from owners", "list-documents", "owners" },
        { "delete from changes where revision = 2 and resource_kind = 1", "feed", "revision 3, revision before 1" },
        { "delete from changes where revision = 1", "feed", "revision 2" },
        { "update changes set revision = 2 where revision = 3 and resource_kind = 1", "feed", "revision 2, revision before 2" },
        { "update changes set revision = 5 - revision where resource_kind = 1 and revision in (2, 3)", "feed", "kind 1" },
        { "update changes set at = 1", "feed", "at before 1" },
        { "update lists set revision = revision + 1", "revisions", "kind list" },
        { "update user_state set revision = revision - 1", "revisions", "kind User" },
        { "update lists set modified = modified + 1", "revisions", "kind list" },
        { "update user_state set modified = modified + 1", "revisions", "kind User" },
        { "update changes set action = 2 where revision = 1", "revisions", "deleted at 1" },
        { "update changes set action = 3 where action = 2", "revisions", "fed" },
        { "delete from changes where resource_kind = 1", "revisions", "kind list" },
        { "delete from audit", "audit", "revision 1" },
        { "update member_history set from_revision = to_revision", "membership-history", "interval" },
        { "update member_history set to_revision = 99", "membership-history", "end" },
        { "update member_history set to_at = to_at + 1", "membership-history", "end" },
        { "update members set from_at = from_at - 1", "membership-history", "beginning" },
        { "update members set from_revision = 99", "membership-history", "beginning" },
        { "update members set joined = from_at + 1", "membership-history", "interval" },
        { "insert into member_history select integration_id, list_id, kind, member_id, from_revision, from_at, joined, expires, reason, added_by, from_revision + 1, from_at + 1, '' from members", "membership-history", "interval" },
        { "update owners set from_at = from_at + 1", "owner-history", "revision 1" },
        { "insert into owner_history (integration_id, list_id, kind, owner_id, from_revision, from_at, to_revision, to_at) values (1, 1, 2, 1, 2, 1, 1, 1)", "owner-history", "revision 2" },
        { "insert into block_history (person_id, from_at, to_at) values (1, 10, 20), (1, 15, 30)", "block-history", "blocked 15" },
        { "insert into block_history (person_id, from_at, to_at) values (1, 10, 10)", "block-history", "unblocked 10" },
        { "update people set blocked = 1; insert into block_history (person_id, from_at, to_at) values (1, 0, 5)", "block-history", "blocked 1" },
        { "update changes set request_id = 'other' where resource_kind = 0 and action = 3", "user-revisions", "revision 2" },
        { "update lists set defined_revision = 2", "definition-history", "from revision 2" },
        { "update list_history set to_revision = to_revision + 1", "definition-history", "from revision" },
        { "delete from user_history", "user-history", "from revision" },
        { "update user_history set to_at = to_at + 1", "user-history", "from revision" },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    public async Task Contradiction_IsFound(string sql, string check, string says)
    {
        await using var app = await RollcallApp.StartAsync();
        await PrepareAsync(app);
        await StoreAssert.IsRightAsync(app.DatabaseFile);

        app.Break(sql);

        var found = (await StoreChecker.RunAsync(app.DatabaseFile)).Single(result => result.Name == check);
        Assert.True(found.ProblemCount > 0, $"{check} found nothing");
        Assert.Contains(found.Problems, problem => problem.Contains(says, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryCheck_IsTried() =>
        Assert.Empty(StoreChecker.Checks.Select(check => check.Name).Except(Contradictions.Select(row => row.Data.Item2)));

    [Fact]
    public async Task OfManyProblems_AllAreCounted_AndTheFirstTold()
    {
        await using var app = await RollcallApp.StartAsync();
        app.Break("insert into owners (integration_id, list_id, kind, owner_id, position) with recursive n (i) as (select 1 union all select i + 1 from n where i < 100) select 0, i, 2, i, 0 from n");
        var found = (await StoreChecker.RunAsync(app.DatabaseFile)).Single(result => result.Name == "references");
        Assert.Equal((200, StoreChecker.MostProblemsTold), (found.ProblemCount, found.Problems.Count));
    }

    [Fact]
    public async Task DamagedPages_AreFound_AndTheOtherChecksGoOn()
    {
        await using var app = await RollcallApp.StartAsync();
        await PrepareAsync(app);
        using var folder = new TempFolder();
        using (var connection = app.OpenDatabase())
            RollcallApp.Execute(connection, $"vacuum into '{folder["copy.db"]}'");
        // The first page of the users' table, found by its name, is overwritten.
        await using (var file = new FileStream(folder["copy.db"], FileMode.Open))
        {
            file.Position = 4096L * (await RootPageAsync(folder["copy.db"], "users") - 1);
            file.Write(new byte[4096]);
        }

        var results = await StoreChecker.RunAsync(folder["copy.db"]);
        Assert.True(results.Single(result => result.Name == "integrity").ProblemCount > 0);
        Assert.Contains(results.Single(result => result.Name == "user-documents").Problems, problem => problem.StartsWith("the file can't be read", StringComparison.Ordinal));
        Assert.Equal(0, results.Single(result => result.Name == "nesting").ProblemCount);
    }

    [Fact]
    public async Task WhatIsNoDatabaseOfOurs_IsRefused()
    {
        using var folder = new TempFolder();
        await Assert.ThrowsAsync<DatabaseUnavailableException>(() => StoreChecker.RunAsync(folder["missing.db"]));
        File.WriteAllText(folder["text.db"], new string('x', 5000));
        await Assert.ThrowsAsync<DatabaseUnavailableException>(() => StoreChecker.RunAsync(folder["text.db"]));
        File.WriteAllText(folder["empty.db"], "");
        await Assert.ThrowsAsync<MigrationException>(() => StoreChecker.RunAsync(folder["empty.db"]));
    }

    private static async Task<long> RootPageAsync(string path, string table)
    {
        await using var file = Rollcall.Data.Sqlite.SqliteFile.Open(path);
        return await file.ReadAsync(session => session.FirstAsync("select rootpage from sqlite_master where name = $1", row => row.GetInt64(0), table));
    }

    // A little of everything that the checks look at.
    private static async Task PrepareAsync(RollcallApp app)
    {
        var client = await app.IntegrationAsync();
        var (outer, inner) = (await app.ListAsync(client, "Outer", "outer"), await app.ListAsync(client, "Inner", "inner"));
        await app.ListAsync(client, "Third", "third");
        var bob = await client.UserAsync("bob");
        var carol = (await client.PostUserAsync("carol", new() { ["externalId"] = "c-1", ["displayName"] = "Carol", ["emails"] = new System.Text.Json.Nodes.JsonArray(new System.Text.Json.Nodes.JsonObject { ["value"] = "carol@example.org" }) })).Expect(201).Id!;
        var dave = await client.UserAsync("dave");
        (await client.AddAsync(outer, null, inner, bob, carol, dave)).Expect(204);
        (await client.RemoveAsync(outer, null, carol)).Expect(204);
        (await client.AddAsync(outer, null, carol)).Expect(204);
        (await client.PatchAsync($"/Users/{bob}", """[{"op":"add","path":"title","value":"Boss"}]""")).Expect(200);
        (await client.DeleteAsync($"/Users/{dave}")).Expect(204);
        (await app.AdminAsync("PATCH", "/lists/outer", new System.Text.Json.Nodes.JsonObject { ["description"] = "All of it" })).Expect(200);
    }
}
