using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Rollcall.Access.Evaluation;
using Rollcall.Access.Tests.Support;
using Rollcall.Data.Sqlite;

namespace Rollcall.Access.Tests.Evaluation;

/// <summary>A database of the release before: what it knew of owners and blocks is not lost.</summary>
public sealed class HistoryMigrationTests
{
    [Fact]
    public async Task Owners_and_blocks_of_older_databases_are_taken_over()
    {
        using var folder = new TempFolder();
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddSeconds(1000));
        await using (await OpenAsync(folder, clock, newest: 1))
        {
        }
        using (var connection = new SqliteConnection($"Data Source={folder["access.db"]};Pooling=false"))
        {
            connection.Open();
            // Bob owned the list until revision 3, together with the list M; Ann does since. Ann was blocked for a while, and is again.
            Assert.NotEqual(0, RollcallApp.Execute(connection,
                """
                insert into people (id, name, name_key, blocked) values (1, 'Ann', 'ann', 900000000), (2, 'bob', 'bob', null);
                insert into lists (id, integration_id, name, type, title, title_key, made_by_scim, definition, document, search, member_count, revision, created, modified, defined_revision, defined)
                values (7, 0, 'L', '', 'T', 't', false, '{"title":"T","owners":[{"kind":"person","name":"Ann"}],"ownerGrants":{"roles":["keeper"]}}', x'', '{}', 0, 3, 100000000, 300000000, 3, 300000000),
                  (8, 0, 'M', '', 'T', 't', false, '{"title":"T","owners":[{"kind":"person","name":"Bob"}]}', x'', '{}', 0, 1, 100000000, 100000000, 1, 100000000);
                insert into list_history (integration_id, list_id, name, type, title, definition, from_revision, from_at, to_revision, to_at)
                values (0, 7, 'L', '', 'T', '{"title":"T","owners":[{"kind":"person","name":"BOB","description":"first"},{"kind":"list","name":"M"}],"ownerGrants":{"roles":["keeper"]}}', 1, 100000000, 3, 300000000);
                insert into owners (integration_id, list_id, kind, owner_id, position) values (0, 7, 2, 1, 0), (0, 8, 2, 2, 0);
                insert into members (integration_id, list_id, kind, member_id, from_revision, from_at, joined, added_by) values (0, 8, 2, 1, 1, 100000000, 100000000, 'x');
                insert into users (id, integration_id, scim_id, person_id, user_name, user_name_key, active, created, writable_revision, written, document, search)
                values (1, 0, 'a', 1, 'Ann', 'ann', true, 100000000, 1, 100000000, '{}', '{}'), (2, 0, 'b', 2, 'bob', 'bob', true, 100000000, 1, 100000000, '{}', '{}');
                insert into audit (request_id, change_number, at, code, outcome, integration_id, actor, resource_kind, resource_id)
                values ('1', 1, 100000000, 'list.create', 'done', 0, '{"user":"administrator"}', 'list', 'L'), ('2', 1, 400000000, 'person.block', 'done', 0, '{"user":"carol"}', 'user', 'ANN'),
                  ('3', 1, 500000000, 'person.unblock', 'done', 0, '{"user":"dave"}', 'user', 'ann'), ('4', 1, 900000000, 'person.block', 'done', 0, '{"user":"carol"}', 'user', 'Ann')
                """));
        }

        await using var database = await OpenAsync(folder, clock, newest: int.MaxValue);
        Assert.Equal("keeper by M/L since 100", await TellAsync(database, "ann", 200));
        Assert.Equal("keeper by L since 300", await TellAsync(database, "ann", 350));
        Assert.Equal("blocked since 400 by carol", await TellAsync(database, "ann", 499));
        Assert.Equal("keeper by L since 500", await TellAsync(database, "ann", 500));
        Assert.Equal("blocked since 900 by carol", await TellAsync(database, "ann", 1000));
        Assert.Equal("keeper by L since 100", await TellAsync(database, "bob", 299));
        Assert.Equal("", await TellAsync(database, "bob", 300));
        var refusal = await Assert.ThrowsAsync<Rollcall.Web.Api.ApiException>(async () => await TellAsync(database, "bob", 99));
        Assert.Contains("1970-01-01T00:01:40", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<string> TellAsync(SqliteDatabase database, string person, int second)
    {
        var evaluator = new AccessEvaluator(_ => null);
        var access = await database.ReadAsync(session => evaluator.EvaluateAsync(session, person, DateTimeOffset.UnixEpoch.AddSeconds(second)));
        return access!.Blocked is { } block ? $"blocked since {block.Since.ToUnixTimeSeconds()} by {block.By}"
            : string.Join(", ", access.Grants.Where(grant => grant.Roles.Count > 0).Select(grant => $"{string.Join('+', grant.Roles)} by {string.Join('/', grant.Path)} since {grant.Since!.Value.ToUnixTimeSeconds()}"));
    }

    private static Task<SqliteDatabase> OpenAsync(TempFolder folder, TimeProvider clock, int newest) => SqliteDatabase.OpenAsync(
        new SqliteOptions { Path = folder["access.db"], Clock = clock, IsCommitted = (_, _) => new(false) }, [.. AccessStore.Migrations.Where(migration => migration.Number <= newest)]);
}
