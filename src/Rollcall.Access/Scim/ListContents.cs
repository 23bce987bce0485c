using Rollcall.Access.Integrations;
using Rollcall.Access.Lists;
using Rollcall.Access.Users;
using Rollcall.Data;
using Rollcall.Scim.Messages;
using Rollcall.Scim.Projections;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Scim;

/// <summary>
/// Reads what belongs to the Users and Groups of a page, and writes them, each as the request wants it. Members go from
/// the database to the response one by one, so that a Group of any size is held in memory once.
/// </summary>
internal sealed class ListContents
{
    // In lists of Groups a page ends early rather than that members are left out of it.
    private const long MaxMembersOnPage = 200_000;

    private readonly long _integrationId;
    private readonly Representations _representations;
    private readonly Projection _users;
    private readonly Projection _groups;
    private readonly MemberParts? _members;

    private ListContents(ScimRequest request, Projection users, Projection groups, bool withMembers)
    {
        _integrationId = request.Integration.Id;
        _representations = new Representations(request.BaseUrl);
        _users = users;
        _groups = groups;
        _members = withMembers ? MemberParts.Of(groups) : null;
    }

    /// <summary>Of a list.</summary>
    public static ListContents Of(ScimRequest request, ListQuery asked) => new(
        request, asked.Projection(ResourceTypes.User), asked.Projection(ResourceTypes.Group),
        withMembers: asked.Attributes is not null || request.Integration.Rules.MembersInLists == MembersInLists.Include);

    /// <summary>Of one resource.</summary>
    public static ListContents OfOne(ScimRequest request) => new(request, request.Projection(ResourceTypes.User), request.Projection(ResourceTypes.Group), withMembers: true);

    /// <summary>Ends a page before its members are more than fit; one Group stays, however large.</summary>
    /// <returns>Whether anything was left for the next page.</returns>
    public bool Shorten(List<ListedRow> rows)
    {
        if (_members is null)
            return false;
        long members = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            members += rows[i].Resource.Group?.MemberCount ?? 0;
            if (i > 0 && members > MaxMembersOnPage)
            {
                rows.RemoveRange(i, rows.Count - i);
                return true;
            }
        }
        return false;
    }

    /// <summary>Writes the resources.</summary>
    /// <param name="session">Where to read what belongs to them.</param>
    /// <param name="resources">The Users and Groups, in the order of the page.</param>
    /// <exception cref="Data.QueryTooExpensiveException">The limit of the reads was reached.</exception>
    public async ValueTask<ResourcePage> WriteAsync(Session session, IReadOnlyList<ListedResource> resources)
    {
        var page = new ResourcePage(resources.Count);
        try
        {
            await WriteUsersAsync(session, page, resources);
            await WriteGroupsAsync(session, page, resources);
            return page;
        }
        catch
        {
            page.Dispose();
            throw;
        }
    }

    private async ValueTask WriteUsersAsync(Session session, ResourcePage page, IReadOnlyList<ListedResource> resources)
    {
        var ids = resources.Where(resource => resource.User is not null).Select(resource => resource.User!.Id).ToList();
        if (ids.Count == 0)
            return;
        var groups = _users.Includes("groups") ? await UserStore.GroupsAsync(session, _integrationId, ids) : null;
        for (var i = 0; i < resources.Count; i++)
        {
            if (resources[i].User is { } user)
                page.Add(i, _users, output => _representations.Write(output, user, groups?[user.Id] ?? []));
        }
    }

    private async ValueTask WriteGroupsAsync(Session session, ResourcePage page, IReadOnlyList<ListedResource> resources)
    {
        // Members come list by list in the order of the lists' ids, so Groups are written in that order.
        var groups = resources.Index().Where(resource => resource.Item.Group is not null).Select(resource => (Number: resource.Index, Group: resource.Item.Group!)).OrderBy(resource => resource.Group.Id).ToList();
        if (groups.Count == 0)
            return;
        var writer = new GroupWriter(page, _representations, _groups, groups);
        if (_members is { } parts)
            await GroupMember.EachAsync(session, _integrationId, [.. groups.Select(resource => resource.Group.Id)], parts.Display, (list, member) => writer.Add(list, member, parts));
        writer.End();
    }

    /// <summary>Writes Groups whose members are told one by one.</summary>
    private sealed class GroupWriter(ResourcePage page, Representations representations, Projection projection, List<(int Number, GroupRow Group)> groups)
    {
        private int _next;
        private long? _openList;
        private bool _hasMembers;

        public void Add(long list, GroupMember member, MemberParts parts)
        {
            while (_openList != list)
                Open();
            page.Output.Add(_hasMembers ? ","u8 : ",\"members\":["u8);
            _hasMembers = true;
            representations.Write(page.Output, member, parts);
        }

        public void End()
        {
            while (_next < groups.Count)
                Open();
            Close();
        }

        private void Open()
        {
            Close();
            var (number, group) = groups[_next++];
            page.Begin(number);
            if (projection.IsDefault)
                Representations.WriteStart(page.Output, group);
            else
                page.Output.Add(ResourcePage.Narrow(projection, output => representations.Write(output, group, null, withDisplay: false)).AsSpan()[..^1]);
            (_openList, _hasMembers) = (group.Id, false);
        }

        private void Close()
        {
            if (_openList is null)
                return;
            var (number, group) = groups[_next - 1];
            if (_hasMembers)
                page.Output.Add("]"u8);
            if (projection.IsDefault)
                representations.WriteEnd(page.Output, group);
            else
                page.Output.Add("}"u8);
            page.End(number);
            _openList = null;
        }
    }
}
