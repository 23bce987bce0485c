using System.Text;
using Rollcall.Access;
using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Access.Lists;
using Rollcall.Access.Users;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Patch;
using Rollcall.Scim.Resources;
using Rollcall.Scim.Schemas;

namespace Rollcall.Bench;

/// <summary>
/// A database with an integration, its users and lists, made once by the stores themselves and copied for each server.
/// </summary>
/// <param name="File">The database.</param>
/// <param name="ClientId">The integration's OAuth client.</param>
/// <param name="ClientSecret">Its secret.</param>
/// <param name="Users">The ids of the users. Those from <see cref="ListedUsers"/> on are on no list.</param>
/// <param name="Groups">The ids of the lists by name.</param>
internal sealed record Dataset(string File, string ClientId, string ClientSecret, IReadOnlyList<string> Users, IReadOnlyDictionary<string, string> Groups)
{
    /// <summary>The integration's name.</summary>
    public const string Integration = "bench";

    /// <summary>Users on every large list.</summary>
    public const int ListedUsers = 100_000;

    /// <summary>Users on no list: those that are added and removed.</summary>
    public const int SpareUsers = 3_200;

    /// <summary>Lists with all <see cref="ListedUsers"/> on them, <c>large-0</c> and so on.</summary>
    public const int LargeLists = 3;

    /// <summary>Empty lists that no platform has claimed yet, <c>small-0</c> and so on: one for each client.</summary>
    public const int SmallLists = 32;

    /// <summary>Lists with nobody but the first few users on them, <c>team-0</c> and so on.</summary>
    public const int Teams = 1_000;

    /// <summary>How many of the first users are on all <see cref="Teams"/>.</summary>
    public const int TeamMembers = 3;

    /// <summary>The first of the users that are on the large lists alone.</summary>
    public const int FirstPlainUser = 10;

    /// <summary>The first of a few users that are on <see cref="Chains"/> lists and on no other.</summary>
    public const int FirstNestedUser = ListedUsers + SpareUsers;

    /// <summary>How many of them there are.</summary>
    public const int NestedUsers = 20;

    /// <summary>Lists, <c>chain-0-0</c> and so on, each nested in <c>chain-0-1</c>, that in the next, up to <see cref="NestedDeep"/>.</summary>
    public const int Chains = 50;

    /// <summary>How deep the lists of a chain are nested.</summary>
    public const int NestedDeep = 5;

    private const int UsersPerTransaction = 2_000;

    /// <summary>The name of a user by number.</summary>
    public static string UserName(int number) => $"user{number:000000}@example.com";

    /// <summary>What a governance platform sends to create a user.</summary>
    public static string UserBody(int number) =>
        $$$"""
        {"schemas":["{{{SchemaUris.User}}}","{{{SchemaUris.EnterpriseUser}}}"],"userName":"{{{UserName(number)}}}","externalId":"{{{10_000_000 + number}}}",
        "name":{"givenName":"Given{{{number:000000}}}","familyName":"Family{{{number:000000}}}","formatted":"Given{{{number:000000}}} Family{{{number:000000}}}"},
        "displayName":"Given{{{number:000000}}} Family{{{number:000000}}}","active":true,
        "emails":[{"value":"{{{UserName(number)}}}","type":"work","primary":true}],
        "{{{SchemaUris.EnterpriseUser}}}":{"employeeNumber":"{{{10_000_000 + number}}}","department":"Department {{{number % 100:00}}}"}}
        """;

    /// <summary>Makes the database in a folder.</summary>
    public static Task<Dataset> MakeAsync(string folder) => MakeAsync(folder, FirstNestedUser + NestedUsers, async (database, integrationId, users, groups) =>
    {
        await AddListsAsync(database, integrationId, "large", LargeLists, users[..ListedUsers], groups);
        await AddListsAsync(database, integrationId, "small", SmallLists, [], groups);
        await AddListsAsync(database, integrationId, "ten", 1, users[..FirstPlainUser], groups);
        await AddListsAsync(database, integrationId, "team", Teams, users[..TeamMembers], groups);
        for (var chain = 0; chain < Chains; chain++)
        {
            IReadOnlyList<string> members = users[FirstNestedUser..(FirstNestedUser + NestedUsers)];
            for (var level = 0; level <= NestedDeep; level++)
            {
                await AddListAsync(database, integrationId, $"chain-{chain}", level, members, groups);
                members = [groups[$"chain-{chain}-{level}"]];
            }
        }
    });

    /// <summary>Makes a database for walks: many users, all of them on the same two lists, so that all pages are equally long.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="count">How many users.</param>
    public static Task<Dataset> MakeEqualUsersAsync(string folder, int count) => MakeAsync(folder, count, (database, integrationId, users, groups) =>
        AddListsAsync(database, integrationId, "everybody", 2, users, groups));

    /// <summary>Makes a database to be aggregated: many users, and lists with a few of them each, so that every user is on two.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="count">How many users.</param>
    /// <param name="lists">How many lists.</param>
    public static Task<Dataset> MakeGovernedAsync(string folder, int count, int lists) => MakeAsync(folder, count, async (database, integrationId, users, groups) =>
    {
        var share = 2 * count / lists;
        for (var i = 0; i < lists; i++)
            await AddListAsync(database, integrationId, "governed", i, [.. Enumerable.Range(i * share, share).Select(place => users[place % count])], groups);
    });

    private static async Task<Dataset> MakeAsync(string folder, int count, Func<Database, long, List<string>, Dictionary<string, string>, Task> addLists)
    {
        var file = Path.Combine(Directory.CreateDirectory(folder).FullName, "access.db");
        await using var database = await AccessStore.OpenAsync(file, 1, TimeProvider.System);
        var (integration, secret) = await database.WriteAsync(session =>
            IntegrationStore.CreateAsync(session, Change(0), Integration, Platform.Identityiq, new IntegrationRules()));
        var users = new List<string>();
        while (users.Count < count)
            users.AddRange(await database.WriteAsync(session => AddUsersAsync(session, integration.Id, users.Count, Math.Min(count - users.Count, UsersPerTransaction))));
        var groups = new Dictionary<string, string>();
        await addLists(database, integration.Id, users, groups);
        return new Dataset(file, integration.ClientId, secret, users, groups);
    }

    /// <summary>Copies the database to the data folder of a server.</summary>
    public void CopyTo(string folder)
    {
        var copy = Path.Combine(folder, Path.GetFileName(File));
        System.IO.File.Copy(File, copy);
        // What is still on its way to the disk would be in the way of what is measured.
        using var handle = System.IO.File.OpenHandle(copy, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    private static ChangeContext Change(int number) =>
        new(Guid.CreateVersion7().ToString(), number, new Actor(Integration, "bench", null, "127.0.0.1"), "POST", "/scim/bench/v2/Users");

    private static async ValueTask<List<string>> AddUsersAsync(WriteSession session, long integrationId, int first, int count)
    {
        var ids = new List<string>();
        var change = Change(0);
        for (var number = first; number < first + count; number++)
        {
            var id = ListStore.NewScimId();
            var resource = ResourceReader.Read(ScimJson.ParseObject(Encoding.UTF8.GetBytes(UserBody(number))), ResourceTypes.User, new ReaderOptions());
            await UserStore.CreateAsync(session, change with { Number = number }, integrationId, id, UserDocument.From(id, resource));
            ids.Add(id);
        }
        return ids;
    }

    private static async Task AddListsAsync(
        Database database, long integrationId, string name, int count, IReadOnlyList<string> members, Dictionary<string, string> groups)
    {
        for (var i = 0; i < count; i++)
            await AddListAsync(database, integrationId, name, i, members, groups);
    }

    private static async Task AddListAsync(
        Database database, long integrationId, string name, int number, IReadOnlyList<string> members, Dictionary<string, string> groups)
    {
        var list = await database.WriteAsync(async session =>
        {
            var created = await ListStore.CreateAsync(session, Change(0), $"{name}-{number}", ListTypes.Scim, integrationId, new ListDefinition
            {
                Title = $"{name} {number}",
                Owners = [new ListOwner(MemberKind.Person, "owner@example.com")],
                Grants = new RolesAndTraits { Roles = [$"{name}-reader"] },
            });
            if (members.Count == 0)
                return created;
            await GroupStore.ApplyAsync(session, Change(1), created, new GroupChange
            {
                Code = "group.patch",
                Members = new SetChange(ReplaceAll: false, [.. members.Select(id => new SetChange.Element(id, null))], []),
                ExternalId = null,
            });
            // So that figures can have the first write of a platform.
            await session.ExecuteAsync("update lists set claimed = null where id = $1", created.Id);
            return created;
        });
        groups.Add(list.Name, list.ScimId!);
    }
}
