using System.Text.Json;
using Rollcall.Access.Lists;
using Rollcall.Data;
using Rollcall.Scim;

namespace Rollcall.Access.Evaluation;

/// <summary>Whether direct members and owners of lists count now: what is shown beside each of them.</summary>
internal static class Eligibility
{
    /// <summary>Whether the owners of some lists count, in the order of each definition.</summary>
    /// <param name="session">The snapshot.</param>
    /// <param name="definitions">The lists.</param>
    public static async ValueTask<IReadOnlyList<IReadOnlyList<IneligibleStatus>>> OfOwnersAsync(Session session, IReadOnlyList<ListDefinition> definitions)
    {
        var keys = definitions.SelectMany(definition => definition.Owners).Where(owner => owner.Kind == MemberKind.Person).Select(KeyOf).Distinct(StringComparer.Ordinal);
        var ids = (await session.ListAsync(
            $"select name_key, id from people where name_key in ({session.Dialect.TextSet("$1")})",
            row => (Key: row.GetString(0), Id: row.GetInt64(1)), JsonSerializer.Serialize(keys))).ToDictionary(person => person.Key, person => person.Id);
        var standings = await Standing.LoadAsync(new Records(session, Moment.Now(session)), ids.Values);
        return [.. definitions.Select(definition => (IReadOnlyList<IneligibleStatus>)[.. definition.Owners.Select(owner =>
            owner.Kind == MemberKind.List ? IneligibleStatus.Eligible
            : ids.TryGetValue(KeyOf(owner), out var id) ? standings[id].StatusFor(null, definition.OwnershipRequires)
            : IneligibleStatus.UserNotExist)])];
    }

    /// <summary>Whether members of a list count, in their order.</summary>
    /// <param name="session">The snapshot.</param>
    /// <param name="list">The list.</param>
    /// <param name="members">Direct members of it.</param>
    public static async ValueTask<IReadOnlyList<IneligibleStatus>> OfMembersAsync(Session session, AccessList list, IReadOnlyList<ListMember> members)
    {
        var records = new Records(session, Moment.Now(session));
        var users = (await records.UsersAsync(list.IntegrationId, Ids(members, MemberKind.User))).ToDictionary(user => user.Id);
        var standings = await Standing.LoadAsync(records, [.. users.Values.Select(user => user.PersonId).Concat(Ids(members, MemberKind.Person)).Distinct()]);
        return [.. members.Select(StatusOf)];

        IneligibleStatus StatusOf(ListMember member)
        {
            var user = member.Kind == MemberKind.User ? users[member.MemberId] : null;
            var status = member.Kind == MemberKind.List ? IneligibleStatus.Eligible : standings[user?.PersonId ?? member.MemberId].StatusOf(user);
            if (status != IneligibleStatus.Eligible)
                return status;
            if (member.Expires <= session.Now)
                return IneligibleStatus.Expired;
            return member.Kind == MemberKind.List ? status : standings[user?.PersonId ?? member.MemberId].StatusFor(user, list.Definition.MembershipRequires);
        }
    }

    private static string KeyOf(ListOwner owner) => ScimText.Fold(owner.Name);

    private static long[] Ids(IEnumerable<ListMember> members, MemberKind kind) => [.. members.Where(member => member.Kind == kind).Select(member => member.MemberId)];
}
