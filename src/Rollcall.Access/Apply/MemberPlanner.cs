using Rollcall.Access.Lists;
using Rollcall.Access.Scim;
using Rollcall.Data;
using Rollcall.Scim;

namespace Rollcall.Access.Apply;

/// <summary>
/// Works out which members of a list come, change and go. Members of lists of type <c>scim</c> are their integration's to decide:
/// documents that name them are counted and passed over.
/// </summary>
/// <param name="session">Where to read.</param>
/// <param name="lists">The lists that there are, by name.</param>
/// <param name="people">The persons that there are, by <see cref="ScimText.Fold"/> of the name.</param>
/// <param name="now">The time of the apply: nobody joins later than that.</param>
internal sealed class MemberPlanner(Session session, IReadOnlyDictionary<string, AccessList> lists, IReadOnlyDictionary<string, long> people, DateTimeOffset now)
{
    private readonly long _now = ScimTime.Of(now);

    /// <summary>Adds to a list's plan what happens to its members.</summary>
    /// <param name="list">The plan so far.</param>
    /// <param name="documents">The documents of its members.</param>
    /// <param name="isWholeSet">Whether members whom no document names go.</param>
    public async ValueTask<PlannedList> PlanAsync(PlannedList list, IReadOnlyList<MemberDocument> documents, bool isWholeSet)
    {
        if (list.Type == ListTypes.Scim)
            return list with { MembersSkipped = documents.Count };
        var present = await PresentAsync(list.Current, documents, isWholeSet);
        var changes = new List<PlannedMember>();
        var unchanged = 0;
        foreach (var document in documents)
        {
            var key = (document.MemberKind, MemberKey.NameOf(document.MemberKind, document.Name));
            if (!present.Remove(key, out var member))
                changes.Add(new PlannedMember(PlannedAction.Create, document.MemberKind, document.Name, IdOf(document), Terms(document), []));
            else if (Differences(member, document) is { Count: > 0 } fields)
                changes.Add(new PlannedMember(PlannedAction.Update, member.Kind, member.Name, member.MemberId, Terms(document) with { Joined = member.Joined, AddedBy = member.AddedBy }, fields));
            else
                unchanged++;
        }
        if (isWholeSet)
            changes.AddRange(present.Values.Select(member => new PlannedMember(PlannedAction.Delete, member.Kind, member.Name, member.MemberId, null, [])));
        var isNamed = documents.Count - changes.Count(change => change.Action == PlannedAction.Create);
        return list with
        {
            Action = list.Action == PlannedAction.Unchanged && changes.Count > 0 ? PlannedAction.Update : list.Action,
            Members = changes,
            MembersUnchanged = unchanged,
            MembersKept = isWholeSet || list.Current is null ? 0 : (int)list.Current.MemberCount - isNamed,
        };
    }

    /// <summary>The members that there are: all where all matter, else those that documents name.</summary>
    private async ValueTask<Dictionary<(MemberKind, string), ListMember>> PresentAsync(AccessList? list, IReadOnlyList<MemberDocument> documents, bool isWholeSet)
    {
        List<ListMember> members = [];
        if (list is null || list.MemberCount == 0 || (documents.Count == 0 && !isWholeSet))
            return [];
        if (isWholeSet)
        {
            members = await MemberStore.PageAsync(session, list.IntegrationId, list.Id, default, int.MaxValue);
        }
        else
        {
            foreach (var kind in documents.GroupBy(document => document.MemberKind))
                members.AddRange(await MemberStore.NamedAsync(session, list.IntegrationId, list.Id, kind.Key, [.. kind.Select(IdOf).OfType<long>()]));
        }
        return members.ToDictionary(member => (member.Kind, MemberKey.NameOf(member.Kind, member.Name)));
    }

    private long? IdOf(MemberDocument document) => document.MemberKind == MemberKind.List
        ? lists.GetValueOrDefault(document.Name)?.Id
        : people.TryGetValue(ScimText.Fold(document.Name), out var id) ? id : null;

    private MembershipTerms Terms(MemberDocument document) =>
        new(document.Expires, document.Reason, document.Joined is { } joined && joined <= _now ? joined : null);

    private static List<FieldChange> Differences(ListMember member, MemberDocument document)
    {
        var changes = new List<FieldChange>();
        if (member.Expires != document.Expires)
            changes.Add(new FieldChange("spec.expires", Time(member.Expires), Time(document.Expires)));
        if (!string.Equals(member.Reason ?? "", document.Reason ?? "", StringComparison.Ordinal))
            changes.Add(new FieldChange("spec.reason", member.Reason, document.Reason));
        return changes;
    }

    private static string? Time(long? time) => time is { } given ? DocumentJson.Time(ScimTime.ToTime(given)) : null;
}
