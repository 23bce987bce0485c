using Rollcall.Access.Lists;
using Rollcall.Access.Scim;

namespace Rollcall.Access.Evaluation;

/// <summary>
/// Finds what a person's memberships and ownerships amount to. What has effect is found list by list, so that it costs no
/// more where ways to the same list abound; the ways themselves are told one by one, up to <see cref="Most"/>.
/// </summary>
internal sealed class Ways(Standing standing, AccessGraph graph, long at)
{
    /// <summary>How many ways are told, of those that have effect and of the others.</summary>
    public const int Most = 1_000;

    private readonly List<Way> _effective = [];
    private readonly List<Way> _others = [];

    /// <summary>The ways that have effect.</summary>
    public IReadOnlyList<Way> Effective => _effective;

    /// <summary>The ways that have none.</summary>
    public IReadOnlyList<Way> Others => _others;

    /// <summary>Whether there are more than are told.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>Everything that lists give the person.</summary>
    public IEnumerable<RolesAndTraits> Given()
    {
        // 1. The lists whose member the person is, from the inside out.
        var member = new HashSet<long>();
        var next = new Stack<RecordedTie>(graph.Direct.Where(tie => tie.Role == TieRole.Member && StatusOf(tie) == IneligibleStatus.Eligible));
        while (next.TryPop(out var tie))
        {
            if (ReasonsAt(tie).Any() || !member.Add(tie.ListId))
                continue;
            foreach (var above in graph.Nestings[tie.ListId])
                next.Push(above);
        }

        // 2. Those that the person owns, or that these own.
        var owned = graph.Direct.Where(tie => tie.Role == TieRole.Owner && StatusOf(tie) == IneligibleStatus.Eligible)
            .Concat(member.SelectMany(list => graph.Ownerships[list]))
            .Where(tie => !ReasonsAt(tie).Any())
            .Select(tie => tie.ListId).ToHashSet();
        return member.Select(list => graph.Lists[list].Definition.Grants).Concat(owned.Select(list => graph.Lists[list].Definition.OwnerGrants));
    }

    /// <summary>Tells the ways.</summary>
    public void Find()
    {
        foreach (var tie in graph.Direct)
        {
            var status = StatusOf(tie);
            Follow(UserOf(tie), [], tie, status == IneligibleStatus.Eligible ? [] : [new AccessReason
            {
                Status = status,
                Since = status == IneligibleStatus.Blocked ? ScimTime.ToTime(standing.Person.BlockedSince!.Value) : null,
            }]);
        }
    }

    private void Follow(RecordedUser? user, IReadOnlyList<RecordedTie> before, RecordedTie tie, IReadOnlyList<AccessReason> reasons)
    {
        reasons = [.. reasons, .. ReasonsAt(tie)];
        var told = reasons.Count == 0 ? _effective : _others;
        if (told.Count == Most)
        {
            IsTruncated = true;
            return;
        }
        IReadOnlyList<RecordedTie> ties = [.. before, tie];
        told.Add(new Way(user, ties, graph.Lists[tie.ListId], reasons));
        if (tie.Role == TieRole.Owner)
            return;
        foreach (var owned in graph.Ownerships[tie.ListId])
            Follow(user, ties, owned, reasons);
        foreach (var above in graph.Nestings[tie.ListId])
            Follow(user, ties, above, reasons);
    }

    private RecordedUser? UserOf(RecordedTie direct) => direct.Kind == MemberKind.User ? standing.Users.First(user => user.Id == direct.HolderId) : null;

    private IneligibleStatus StatusOf(RecordedTie direct) => standing.StatusOf(UserOf(direct));

    /// <summary>What keeps a membership, or an ownership, from having effect by itself.</summary>
    private IEnumerable<AccessReason> ReasonsAt(RecordedTie tie)
    {
        var list = graph.Lists[tie.ListId];
        if (tie.IsExpired(at))
            yield return new AccessReason { Status = IneligibleStatus.Expired, List = list.Name, Since = ScimTime.ToTime(tie.Expires!.Value) };
        if (Requirements.Missing(tie.Role.RequiredBy(list.Definition), standing.Own) is { } missing)
            yield return new AccessReason { Status = IneligibleStatus.MissingRequirements, List = list.Name, Missing = missing };
    }
}
