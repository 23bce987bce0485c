using System.Text.Json;
using Rollcall.Access.Audit;
using Rollcall.Data;

namespace Rollcall.Access.Lists;

/// <summary>
/// Changes members of a list whose row is locked, as sets: the cost depends on how many members change, never on how
/// many there are. Members who stay keep when they joined, until when, why and by whom.
/// </summary>
internal sealed class MembershipStore(ListWrite write)
{
    private readonly WriteSession _session = write.Session;
    private readonly LockedList _list = write.List;
    private readonly List<long> _changedUsers = [];
    private long _delta;

    /// <summary>Whether anything changed so far.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>How many members were added minus how many were removed.</summary>
    public long Delta => _delta;

    /// <summary>Adds members that are not there yet; those who are keep what they have.</summary>
    /// <param name="kind">What they are.</param>
    /// <param name="ids">Their internal ids.</param>
    /// <param name="terms">On which terms; null for none.</param>
    /// <returns>The ids that were added.</returns>
    public async ValueTask<IReadOnlyList<long>> AddAsync(MemberKind kind, IReadOnlyCollection<long> ids, MembershipTerms? terms = null)
    {
        if (ids.Count == 0)
            return [];
        terms ??= MembershipTerms.None;
        var added = await _session.ListAsync(
            $"""
             insert into members (integration_id, list_id, kind, member_id, from_revision, from_at, joined, expires, reason, added_by)
             select $1, $2, $3, s.value, $4, $5, $6, $7, $8, $9 from ({_session.Dialect.NumberSet("$10")}) s where true
             on conflict do nothing
             returning member_id
             """,
            row => row.GetInt64(0),
            _list.IntegrationId, _list.Id, (int)kind, write.Revision, write.Now, terms.Joined ?? write.Now, terms.Expires, terms.Reason,
            terms.AddedBy ?? write.Context.Actor.Name, JsonSerializer.Serialize(ids));
        Note(kind, added, +1);
        return added;
    }

    /// <summary>Removes those of the given members who are there.</summary>
    /// <returns>The ids that were removed.</returns>
    public ValueTask<IReadOnlyList<long>> RemoveAsync(MemberKind kind, IReadOnlyCollection<long> ids) =>
        ids.Count == 0 ? new([]) : RemoveWhereAsync(kind, "in", ids);

    /// <summary>Removes all members of a kind but the given ones.</summary>
    /// <returns>The ids that were removed.</returns>
    public ValueTask<IReadOnlyList<long>> RemoveOthersAsync(MemberKind kind, IReadOnlyCollection<long> keep) =>
        RemoveWhereAsync(kind, "not in", keep);

    /// <summary>
    /// Gives every User whose memberships changed a new revision, with its row in the change feed: what a User shows
    /// includes its groups.
    /// </summary>
    public async ValueTask BumpUsersAsync()
    {
        if (_changedUsers.Count == 0)
            return;
        var ids = JsonSerializer.Serialize(_changedUsers);
        await _session.ExecuteAsync(
            $"""
             update user_state set revision = revision + 1, modified = case when modified >= $1 then modified + 1 else $1 end
             where integration_id = $2 and user_id in ({_session.Dialect.NumberSet("$3")})
             """,
            write.Now, _list.IntegrationId, ids);
        await _session.ExecuteAsync(
            $"""
             insert into changes (at, request_id, integration_id, resource_kind, resource_id, revision, action)
             select modified, $1, integration_id, {(int)ResourceKind.User}, user_id, revision, {(int)ChangeAction.Membership}
             from user_state where integration_id = $2 and user_id in ({_session.Dialect.NumberSet("$3")})
             """,
            write.Context.RequestId, _list.IntegrationId, ids);
    }

    private async ValueTask<IReadOnlyList<long>> RemoveWhereAsync(MemberKind kind, string condition, IReadOnlyCollection<long> ids)
    {
        // The ids first, then history, then the delete: three set statements, each by the members' key.
        var removed = await _session.ListAsync(
            $"""
             select member_id from members
             where integration_id = $1 and list_id = $2 and kind = $3 and member_id {condition} ({_session.Dialect.NumberSet("$4")})
             """,
            row => row.GetInt64(0), _list.IntegrationId, _list.Id, (int)kind, JsonSerializer.Serialize(ids));
        if (removed.Count == 0)
            return removed;
        var gone = JsonSerializer.Serialize(removed);
        await _session.ExecuteAsync(
            $"""
             insert into member_history (integration_id, list_id, kind, member_id, from_revision, from_at, joined, expires, reason, added_by,
               to_revision, to_at, removed_by)
             select integration_id, list_id, kind, member_id, from_revision, from_at, joined, expires, reason, added_by, $1, $2, $3
             from members where integration_id = $4 and list_id = $5 and kind = $6 and member_id in ({_session.Dialect.NumberSet("$7")})
             """,
            write.Revision, write.Now, write.Context.Actor.Name, _list.IntegrationId, _list.Id, (int)kind, gone);
        await _session.ExecuteAsync(
            $"delete from members where integration_id = $1 and list_id = $2 and kind = $3 and member_id in ({_session.Dialect.NumberSet("$4")})",
            _list.IntegrationId, _list.Id, (int)kind, gone);
        Note(kind, removed, -1);
        return removed;
    }

    private void Note(MemberKind kind, List<long> changed, int sign)
    {
        if (changed.Count == 0)
            return;
        HasChanged = true;
        _delta += sign * changed.Count;
        if (kind == MemberKind.User)
            _changedUsers.AddRange(changed);
    }
}
