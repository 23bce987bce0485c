using Rollcall.Access.Lists;
using Rollcall.Access.Scim;
using Rollcall.Scim;

namespace Rollcall.Access.Evaluation;

/// <summary>Tells what was found of one person in the words of the answer.</summary>
internal sealed class AccessView(Standing standing, AccessGraph graph, Func<long, string?> integrationName)
{
    private const string GoneIntegration = "(deleted)";

    /// <summary>A way as it is shown.</summary>
    public AccessGrant Grant(Way way) => new()
    {
        List = way.List.Name,
        Title = way.List.Definition.Title,
        As = way.As,
        Roles = way.Gives.Roles,
        Traits = way.Gives.Traits,
        Path = Path(way),
        Steps = Steps(way),
    };

    /// <summary>The names of the lists on a way.</summary>
    public IReadOnlyList<string> Path(Way way) => [.. way.Ties.Select(tie => graph.Lists[tie.ListId].Name)];

    /// <summary>The memberships on a way.</summary>
    public IReadOnlyList<AccessStep> Steps(Way way) => [.. way.Ties.Select((tie, place) => Step(tie, place == 0 ? way.User : null))];

    /// <summary>A User as it is shown.</summary>
    public AccessUser User(RecordedUser user) => new(user.ScimId, IntegrationOf(user), user.IsActive);

    private AccessStep Step(RecordedTie tie, RecordedUser? user) => new()
    {
        List = graph.Lists[tie.ListId].Name,
        As = tie.Role,
        UserId = user?.ScimId,
        Integration = user is null ? null : IntegrationOf(user),
        Joined = ScimTime.ToTime(tie.Joined),
        AddedBy = tie.AddedBy,
        Expires = tie.Expires is { } expires ? ScimTime.ToTime(expires) : null,
        Reason = tie.Role == TieRole.Owner ? DescriptionOf(tie) : tie.Reason,
    };

    // Why somebody is an owner stands in the list's definition, by name.
    private string? DescriptionOf(RecordedTie tie)
    {
        Func<ListOwner, bool> isIt = tie.Kind == MemberKind.List
            ? owner => owner.Name == graph.Lists[tie.HolderId].Name
            : owner => ScimText.Fold(owner.Name) == ScimText.Fold(standing.Person.Name);
        return graph.Lists[tie.ListId].Definition.Owners.FirstOrDefault(owner => owner.Kind == tie.Kind && isIt(owner))?.Description;
    }

    /// <summary>The name of a User's integration; null for a local User.</summary>
    public string? IntegrationOf(RecordedUser user) => user.IntegrationId == 0 ? null : integrationName(user.IntegrationId) ?? GoneIntegration;
}
