using System.Data.Common;
using Rollcall.Access.Integrations;
using Rollcall.Access.Lists;
using Rollcall.Access.Users;
using Rollcall.Data;
using Rollcall.Scim.Messages;
using Rollcall.Scim.Projections;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Scim;

/// <summary>
/// Completes the resources of a page by what belongs to them, each as the request wants it. Members go from the database
/// to the response one by one, so that a Group of any size is held in memory once.
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

    /// <summary>A page without resources yet.</summary>
    public ListPage NewPage() => new(_representations);

    /// <summary>Ends a page before its members are more than fit; one Group stays, however large.</summary>
    /// <returns>Whether anything was left for the next page.</returns>
    public bool Shorten(List<ListedRow> rows)
    {
        if (_members is null)
            return false;
        long members = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            members += rows[i].MemberCount;
            if (i > 0 && members > MaxMembersOnPage)
            {
                rows.RemoveRange(i, rows.Count - i);
                return true;
            }
        }
        return false;
    }

    /// <summary>Completes the resources of a page.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="page">The page.</param>
    public async ValueTask CompleteAsync(Session session, ListPage page)
    {
        var users = page.Rows.Where(row => !row.Type.IsGroup).OrderBy(row => row.Place.RowId).ToList();
        if (users.Count > 0 && _users.Includes("groups"))
            await WriteGroupsOfAsync(session, page, users);
        if (!_users.IsDefault)
            users.ForEach(row => page.Narrow(row, _users));

        var groups = page.Rows.Where(row => row.Type.IsGroup).OrderBy(row => row.Place.RowId).ToList();
        // Members are chosen as they are written.
        if (!_groups.IsDefault)
            groups.ForEach(row => page.Narrow(row, _groups));
        if (groups.Count > 0 && _members is { } parts)
            await WriteMembersOfAsync(session, page, groups, parts);
    }

    private async ValueTask WriteGroupsOfAsync(Session session, ListPage page, List<ListedRow> users)
    {
        var pieces = new PieceWriter(page, users, ",\"groups\":["u8);
        // Users of one page are mostly on the same lists.
        var fragments = new Dictionary<long, byte[]>();
        await UserStore.EachGroupAsync(session, _integrationId, [.. users.Select(user => user.Place.RowId)], Write);
        pieces.Close();

        void Write(DbDataReader row)
        {
            if (!pieces.Begin(ColumnNumber.Of(row, 0)))
                return;
            var list = ColumnNumber.Of(row, 1);
            if (!fragments.TryGetValue(list, out var fragment))
                fragments.Add(list, fragment = _representations.GroupOfUser(ColumnBytes.Of(row, 2), ColumnBytes.Of(row, 3)));
            page.Output.Add(fragment);
        }
    }

    private async ValueTask WriteMembersOfAsync(Session session, ListPage page, List<ListedRow> groups, MemberParts parts)
    {
        var pieces = new PieceWriter(page, groups, ",\"members\":["u8);
        await GroupMember.EachAsync(session, _integrationId, [.. groups.Select(group => group.Place.RowId)], parts.Display, row =>
        {
            if (pieces.Begin(ColumnNumber.Of(row, 0)))
                _representations.WriteMember(page.Output, (MemberKind)ColumnNumber.Of(row, 1), ColumnBytes.Of(row, 2), ColumnBytes.Of(row, 3), parts);
        });
        pieces.Close();
    }

    /// <summary>Writes an array into the middle of each of some resources, of elements that come one by one.</summary>
    /// <param name="page">The page.</param>
    /// <param name="rows">The resources by their ids, ascending: the elements come in that order.</param>
    /// <param name="start">What stands before the first element.</param>
    private sealed class PieceWriter(ListPage page, List<ListedRow> rows, ReadOnlySpan<byte> start)
    {
        private readonly byte[] _start = start.ToArray();
        private int _next;
        private ListedRow? _open;
        private SequencePosition _from;

        /// <summary>Begins an element of the resource of that id.</summary>
        /// <returns>False where there is none.</returns>
        public bool Begin(long rowId)
        {
            if (_open?.Place.RowId == rowId)
            {
                page.Output.Add(","u8);
                return true;
            }
            Close();
            while (_next < rows.Count && rows[_next].Place.RowId < rowId)
                _next++;
            if (_next == rows.Count || rows[_next].Place.RowId > rowId)
                return false;
            _open = rows[_next];
            _from = page.Output.Position;
            page.Output.Add(_start);
            return true;
        }

        /// <summary>Ends the array of the resource that came last.</summary>
        public void Close()
        {
            if (_open is null)
                return;
            page.Output.Add("]"u8);
            _open.Middle = new Piece(_from, page.Output.Position);
            _open = null;
        }
    }
}
