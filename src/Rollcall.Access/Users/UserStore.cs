using System.Data.Common;
using System.Text.Json;
using Rollcall.Access.Audit;
using Rollcall.Access.Lists;
using Rollcall.Access.People;
using Rollcall.Data;

namespace Rollcall.Access.Users;

/// <summary>Users of an integration, or of nobody (0: made by an administrator).</summary>
internal static class UserStore
{
    /// <summary>The User of that id, or null where this integration has none.</summary>
    public static ValueTask<UserRow?> FindAsync(Session session, long integrationId, string scimId) =>
        session.FirstAsync($"{UserRow.Select} where u.integration_id = $1 and u.scim_id = $2", UserRow.Map, integrationId, scimId);

    /// <summary>The User of that id with the Groups that it is a direct member of, by one statement; null where this integration has none.</summary>
    public static async ValueTask<(UserRow User, List<GroupReference> Groups)?> FindWithGroupsAsync(Session session, long integrationId, string scimId)
    {
        UserRow? user = null;
        var groups = new List<GroupReference>();
        await session.EachAsync(
            $"""
             select u.id, u.integration_id, u.scim_id, u.user_name, u.created, u.document, s.revision, s.modified, u.writable_revision, l.scim_id, l.title
             from users u join user_state s on s.integration_id = u.integration_id and s.user_id = u.id
             left join members m on m.integration_id = u.integration_id and m.kind = {(int)MemberKind.User} and m.member_id = u.id
             left join lists l on l.id = m.list_id and l.scim_id is not null
             where u.integration_id = $1 and u.scim_id = $2
             order by m.list_id
             """,
            row =>
            {
                user ??= UserRow.Map(row);
                if (!row.IsDBNull(9))
                    groups.Add(new GroupReference(row.GetString(9), row.GetString(10)));
            },
            integrationId, scimId);
        return user is null ? null : (user, groups);
    }

    /// <summary>As <see cref="FindAsync"/>, with the row locked.</summary>
    public static ValueTask<UserRow?> LockAsync(WriteSession session, long integrationId, string scimId) =>
        session.FirstAsync($"{UserRow.Select} where u.integration_id = $1 and u.scim_id = $2 {session.Dialect.ForUpdate}", UserRow.Map, integrationId, scimId);

    /// <summary>Shows the Groups that some Users are direct members of, User by User, each in the order of the lists.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="integrationId">The Users' integration.</param>
    /// <param name="userIds">The internal ids of the Users, ascending.</param>
    /// <param name="read">Is given rows of the User's id, the list's id, and the Group's id and name; also of others' in between.</param>
    public static ValueTask EachGroupAsync(Session session, long integrationId, IReadOnlyList<long> userIds, Action<DbDataReader> read)
    {
        // Pages that leave nobody out have ids that follow each other: a range costs less than a set.
        var (first, last) = (userIds[0], userIds[^1]);
        var isDense = last - first < 4L * userIds.Count;
        object?[] arguments = isDense ? [integrationId, first, last] : [integrationId, JsonSerializer.Serialize(userIds)];
        return session.EachAsync(
            $"""
             select m.member_id, m.list_id, l.scim_id, l.title from members m join lists l on l.id = m.list_id
             where m.integration_id = $1 and m.kind = {(int)MemberKind.User} and l.scim_id is not null
               and m.member_id {(isDense ? "between $2 and $3" : $"in ({session.Dialect.NumberSet("$2")})")}
             order by m.member_id, m.list_id
             """,
            read, arguments);
    }

    /// <summary>The Groups that one User is a direct member of, in the order of the lists.</summary>
    public static ValueTask<List<GroupReference>> GroupsAsync(Session session, long integrationId, long userId) =>
        session.ListAsync(
            $"""
             select l.scim_id, l.title from members m join lists l on l.id = m.list_id
             where m.integration_id = $1 and m.kind = {(int)MemberKind.User} and m.member_id = $2 and l.scim_id is not null
             order by m.list_id
             """,
            row => new GroupReference(row.GetString(0), row.GetString(1)), integrationId, userId);

    /// <summary>Makes a User at revision 1.</summary>
    /// <param name="session">Where to write.</param>
    /// <param name="context">Who makes it.</param>
    /// <param name="integrationId">Whose it is; 0 for here.</param>
    /// <param name="scimId">Its new id.</param>
    /// <param name="document">Its attributes.</param>
    /// <exception cref="UniqueViolationException">The name is taken (index <c>users_user_name</c>).</exception>
    public static async ValueTask<UserRow> CreateAsync(WriteSession session, ChangeContext context, long integrationId, string scimId, UserDocument document)
    {
        var now = session.Now;
        var person = await PeopleStore.GetOrAddAsync(session, document.UserName);
        var id = await session.FirstAsync(
            """
            insert into users (integration_id, scim_id, person_id, user_name, user_name_key, external_id, display_name_key, active, created,
              writable_revision, written, document, search)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $9, $10, $11)
            returning id
            """,
            row => row.GetInt64(0),
            integrationId, scimId, person, document.UserName, document.UserNameKey, document.ExternalId, document.DisplayNameKey, document.Active, now,
            document.Bytes, document.Search);
        await session.ExecuteAsync("insert into user_state (integration_id, user_id, revision, modified) values ($1, $2, 1, $3)", integrationId, id, now);
        await WriteEmailsAsync(session, integrationId, id, document.EmailKeys);
        await Counters.AddAsync(session, integrationId, Counters.User, 1);
        await AuditLog.FeedAsync(session, context, now, integrationId, ResourceKind.User, id, 1, ChangeAction.Created);
        await AuditLog.AuditAsync(session, context, now,
            new AuditEntry("user.create", integrationId, ResourceKind.User, scimId, document.UserName, null, 1, null));
        return new UserRow(id, integrationId, scimId, document.UserName, now, document.Bytes, 1, now, 1);
    }

    /// <summary>Replaces the attributes of a locked User; equal attributes change nothing.</summary>
    /// <exception cref="UniqueViolationException">The name is taken (index <c>users_user_name</c>).</exception>
    public static async ValueTask<UserRow> UpdateAsync(WriteSession session, ChangeContext context, UserRow user, UserDocument document, string code)
    {
        if (document.Bytes.AsSpan().SequenceEqual(user.Document))
            return user;
        var now = user.CommitTime(session);
        var revision = user.Revision + 1;
        await KeepHistoryAsync(session, user, revision, now);
        var person = await PeopleStore.GetOrAddAsync(session, document.UserName);
        await session.ExecuteAsync(
            """
            update users set person_id = $2, user_name = $3, user_name_key = $4, external_id = $5, display_name_key = $6, active = $7,
              writable_revision = $8, written = $9, document = $10, search = $11
            where id = $1
            """,
            user.Id, person, document.UserName, document.UserNameKey, document.ExternalId, document.DisplayNameKey, document.Active, revision, now,
            document.Bytes, document.Search);
        await session.ExecuteAsync("update user_state set revision = $3, modified = $4 where integration_id = $1 and user_id = $2",
            user.IntegrationId, user.Id, revision, now);
        await session.ExecuteAsync("delete from user_emails where integration_id = $1 and user_id = $2", user.IntegrationId, user.Id);
        await WriteEmailsAsync(session, user.IntegrationId, user.Id, document.EmailKeys);
        await AuditLog.FeedAsync(session, context, now, user.IntegrationId, ResourceKind.User, user.Id, revision, ChangeAction.Updated);
        await AuditLog.AuditAsync(session, context, now,
            new AuditEntry(code, user.IntegrationId, ResourceKind.User, user.ScimId, document.UserName, user.Revision, revision, null));
        return user with { UserName = document.UserName, Document = document.Bytes, Revision = revision, Modified = now, WritableRevision = revision };
    }

    /// <summary>
    /// Deletes a locked User: its memberships end, the lists that had it get a new revision, its name is free, all in
    /// one transaction and by set statements.
    /// </summary>
    public static async ValueTask DeleteAsync(WriteSession session, ChangeContext context, UserRow user)
    {
        var now = user.CommitTime(session);
        var revision = user.Revision + 1;
        var listsLeft = await Departure.LeaveListsAsync(session, context, user.IntegrationId, MemberKind.User, user.Id, now);
        await KeepHistoryAsync(session, user, revision, now);
        await session.ExecuteAsync("delete from user_emails where integration_id = $1 and user_id = $2", user.IntegrationId, user.Id);
        await session.ExecuteAsync("delete from user_state where integration_id = $1 and user_id = $2", user.IntegrationId, user.Id);
        await session.ExecuteAsync("delete from users where id = $1", user.Id);
        await Counters.AddAsync(session, user.IntegrationId, Counters.User, -1);
        await AuditLog.FeedAsync(session, context, now, user.IntegrationId, ResourceKind.User, user.Id, revision, ChangeAction.Deleted);
        await AuditLog.AuditAsync(session, context, now,
            new AuditEntry("user.delete", user.IntegrationId, ResourceKind.User, user.ScimId, user.UserName, user.Revision, null,
                AuditLog.Json(writer => writer.WriteNumber("listsLeft", listsLeft))));
    }

    private static async ValueTask KeepHistoryAsync(WriteSession session, UserRow user, long toRevision, long at) =>
        await session.ExecuteAsync(
            """
            insert into user_history (integration_id, user_id, scim_id, person_id, user_name, active, document, from_revision, from_at, to_revision, to_at)
            select integration_id, id, scim_id, person_id, user_name, active, document, writable_revision, written, $2, $3 from users where id = $1
            """,
            user.Id, toRevision, at);

    private static async ValueTask WriteEmailsAsync(WriteSession session, long integrationId, long userId, IReadOnlyList<string> keys)
    {
        foreach (var key in keys)
            await session.ExecuteAsync("insert into user_emails (integration_id, value_key, user_id) values ($1, $2, $3)", integrationId, key, userId);
    }
}

/// <summary>A Group that a User is a direct member of.</summary>
/// <param name="ScimId">The Group's id.</param>
/// <param name="Title">Its name, a label derived on read.</param>
internal sealed record GroupReference(string ScimId, string Title);
