using System.Text.Json;
using Rollcall.Scim.Client;

namespace Rollcall.Governance.Provisioning;

/// <summary>
/// Finds out which accounts are members of a group without reading all its members: by the Users' own <c>groups</c>, many at once
/// where the server can filter, else by a filter on <c>members.value</c>; the whole group only where the server has neither.
/// </summary>
internal sealed class MembershipReader(ScimClient client, string groupId)
{
    private const int UsersOfFilter = 50;
    private const int FewUsers = 2;

    /// <summary>Which of some Users are direct members now.</summary>
    /// <param name="userIds">Their ids.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ScimClientException">It can't be found out.</exception>
    public async Task<IReadOnlySet<string>> MembersAmongAsync(IReadOnlyCollection<string> userIds, CancellationToken cancellationToken)
    {
        var members = new HashSet<string>(StringComparer.Ordinal);
        var unknown = new List<string>();
        foreach (var some in userIds.Chunk(UsersOfFilter))
        {
            var groups = some.Length <= FewUsers ? await OneByOneAsync(some, cancellationToken) : await AtOnceAsync(some, cancellationToken) ?? await OneByOneAsync(some, cancellationToken);
            foreach (var id in some)
            {
                if (!groups.TryGetValue(id, out var ofUser))
                    continue;
                if (ofUser is null)
                    unknown.Add(id);
                else if (ofUser.Contains(groupId))
                    members.Add(id);
            }
        }
        // A User without "groups" is in none, or on a server that keeps memberships only at its groups.
        if (unknown.Count > 0)
            members.UnionWith(await AskGroupAsync(unknown, cancellationToken));
        return members;
    }

    /// <summary>Each User's groups; null where it shows none. Null as a whole: the server can't be asked this way.</summary>
    private async Task<Dictionary<string, IReadOnlySet<string>?>?> AtOnceAsync(IReadOnlyList<string> userIds, CancellationToken cancellationToken)
    {
        var request = new ScimListRequest
        {
            Filter = string.Join(" or ", userIds.Select(id => $"id eq {MembershipRequest.Quote(id)}")), Attributes = ["id", "groups"], PageSize = UsersOfFilter,
        };
        try
        {
            var found = new Dictionary<string, IReadOnlySet<string>?>(StringComparer.Ordinal);
            await foreach (var user in client.ListAsync("/Users", request, cancellationToken))
                found[user.Id] = GroupsOf(user);
            return found;
        }
        catch (ScimClientException refused) when (IsUnknownThere(refused))
        {
            return null;
        }
    }

    private async Task<Dictionary<string, IReadOnlySet<string>?>> OneByOneAsync(IReadOnlyList<string> userIds, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, IReadOnlySet<string>?>(StringComparer.Ordinal);
        foreach (var id in userIds)
        {
            if (await client.FindAsync("/Users", id, attributes: ["groups"], cancellationToken: cancellationToken) is { } user)
                found[id] = GroupsOf(user);
        }
        return found;
    }

    private async Task<IReadOnlySet<string>> AskGroupAsync(IReadOnlyList<string> userIds, CancellationToken cancellationToken)
    {
        var members = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            // Most often none is one: that takes a single question.
            foreach (var some in userIds.Chunk(UsersOfFilter))
            {
                if (!await IsAnyMemberAsync(some, cancellationToken))
                    continue;
                foreach (var id in some)
                {
                    if (some.Length == 1 || await IsAnyMemberAsync([id], cancellationToken))
                        members.Add(id);
                }
            }
            return members;
        }
        catch (ScimClientException refused) when (IsUnknownThere(refused))
        {
            var group = await client.FindAsync("/Groups", groupId, cancellationToken: cancellationToken);
            var all = MembershipRequest.MembersOf(group) ?? new HashSet<string>();
            return userIds.Where(all.Contains).ToHashSet(StringComparer.Ordinal);
        }
    }

    private async Task<bool> IsAnyMemberAsync(IReadOnlyCollection<string> userIds, CancellationToken cancellationToken)
    {
        var any = string.Join(" or ", userIds.Select(id => $"members.value eq {MembershipRequest.Quote(id)}"));
        var request = new ScimListRequest { Filter = $"id eq {MembershipRequest.Quote(groupId)} and ({any})", Attributes = ["id"] };
        await foreach (var group in client.ListAsync("/Groups", request, cancellationToken))
        {
            if (group.Id == groupId)
                return true;
        }
        return false;
    }

    // A server that has no such filter refuses it in one of these ways; one that says that it has none at all is not asked.
    private static bool IsUnknownThere(ScimClientException refused) => refused is { Failure: ScimFailure.NotSent } or { Status: 400 or 403 or 404 or 405 or 501 };

    private static HashSet<string>? GroupsOf(ScimResource user) => user.Find("groups") is { ValueKind: JsonValueKind.Array } groups && groups.GetArrayLength() > 0
        ? groups.EnumerateArray().Select(group => group.ValueKind == JsonValueKind.Object && group.TryGetProperty("value", out var value) ? value.GetString() : null).OfType<string>().ToHashSet(StringComparer.Ordinal)
        : null;
}
