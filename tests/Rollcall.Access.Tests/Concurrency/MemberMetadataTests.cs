using Microsoft.Data.Sqlite;
using Rollcall.Access.Tests.Concurrency.Support;
using static Rollcall.Access.Tests.Concurrency.Support.ScimCalls;

namespace Rollcall.Access.Tests.Concurrency;

/// <summary>Writes that keep a member keep what is known of the membership: since when, until when, why, by whom.</summary>
public sealed class MemberMetadataTests
{
    [Fact]
    public async Task Writes_ThatKeepAMember_KeepItsMetadata_AndOthersStartAnew()
    {
        await using var access = await LiveAccess.StartAsync();
        using var client = access.Connect();
        var (list, title) = await access.AddListAsync();
        var (ann, bob) = ((await client.CreateUserAsync("ann")).Id, (await client.CreateUserAsync("bob")).Id);
        await client.PatchGroupAsync(list, Add(ann));
        SetMetadata(access);

        Assert.Equal(200, (await client.PutGroupAsync(list, title, [ann, bob])).Code);
        Assert.Equal(204, (await client.PatchGroupAsync(list, Add(ann), Remove(bob))).Code);
        Assert.Equal(204, (await client.PatchGroupAsync(list, Remove(ann), Add(bob), Add(ann))).Code);
        Assert.Equal(204, (await client.PatchGroupAsync(list, Remove(bob), Add(bob), Remove(bob), Add(ann))).Code);
        Assert.Equal([ann], (await client.GetGroupAsync(list)).Members);
        Assert.Equal((99L, "on purpose", "somebody", 77L), Metadata(access));

        await client.PatchGroupAsync(list, Remove(ann));
        await client.PatchGroupAsync(list, Add(ann));
        Assert.Equal((null, null, "acme"), Metadata(access) is var (expires, reason, by, _) ? (expires, reason, by) : default);
        await access.CheckStoreAsync();
    }

    private static void SetMetadata(LiveAccess access)
    {
        using var connection = access.OpenForWriting();
        using var command = connection.CreateCommand();
        command.CommandText = "update members set expires = 99, reason = 'on purpose', added_by = 'somebody', joined = 77";
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    private static (long? Expires, string? Reason, string By, long Joined) Metadata(LiveAccess access)
    {
        using var connection = access.OpenForWriting();
        using var command = connection.CreateCommand();
        command.CommandText = "select expires, reason, added_by, joined from members";
        using SqliteDataReader row = command.ExecuteReader();
        Assert.True(row.Read());
        return (row.IsDBNull(0) ? null : row.GetInt64(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetString(2), row.GetInt64(3));
    }
}
