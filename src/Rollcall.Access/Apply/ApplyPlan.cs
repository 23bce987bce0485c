using Rollcall.Access.Lists;

namespace Rollcall.Access.Apply;

/// <summary>How documents are to be applied.</summary>
/// <param name="Integration">The integration of lists of type <c>scim</c>, before their label; null to go by the label.</param>
/// <param name="Prune">Whether lists that apply made and no document names are deleted.</param>
internal sealed record ApplyOptions(string? Integration = null, bool Prune = false);

/// <summary>What happens to a list or a member.</summary>
internal enum PlannedAction
{
    /// <summary>Nothing.</summary>
    Unchanged,
    /// <summary>It is made.</summary>
    Create,
    /// <summary>It changes.</summary>
    Update,
    /// <summary>It is deleted.</summary>
    Delete,
}

/// <summary>A member that comes, changes or goes.</summary>
/// <param name="Action">What happens to it.</param>
/// <param name="Kind">A person or a list.</param>
/// <param name="Name">Its name.</param>
/// <param name="MemberId">The internal id, or null for one that is made by the apply itself.</param>
/// <param name="Terms">Until when and why, and since when and by whom where that is given; null for one that goes.</param>
/// <param name="Fields">What changes; empty for one that comes or goes.</param>
internal sealed record PlannedMember(
    PlannedAction Action, MemberKind Kind, string Name, long? MemberId, MembershipTerms? Terms, IReadOnlyList<FieldChange> Fields);

/// <summary>What happens to one list.</summary>
internal sealed record PlannedList
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its type.</summary>
    public required string Type { get; init; }

    /// <summary>Its integration's id; 0 for none.</summary>
    public required long IntegrationId { get; init; }

    /// <summary>Its integration's name, or null.</summary>
    public string? Integration { get; init; }

    /// <summary>What happens to it, its members included.</summary>
    public required PlannedAction Action { get; init; }

    /// <summary>The list as it is, or null.</summary>
    public AccessList? Current { get; init; }

    /// <summary>What it is to be; null where that stays.</summary>
    public ListDefinition? Definition { get; init; }

    /// <summary>Whether it is made as a list that SCIM made.</summary>
    public bool MadeByScim { get; init; }

    /// <summary>What changes of its definition.</summary>
    public IReadOnlyList<FieldChange> Fields { get; init; } = [];

    /// <summary>The members that come, change or go.</summary>
    public IReadOnlyList<PlannedMember> Members { get; init; } = [];

    /// <summary>How many members the documents name that are there already.</summary>
    public int MembersUnchanged { get; init; }

    /// <summary>How many members no document names and that stay all the same.</summary>
    public int MembersKept { get; init; }

    /// <summary>How many documents of members were passed over, since the list's integration decides.</summary>
    public int MembersSkipped { get; init; }

    /// <summary>Whether owners that are lists change: edges of the hierarchy.</summary>
    public bool OwnersChange => Definition is not null && (Current is null || !Definition.Owners.SequenceEqual(Current.Definition.Owners));
}

/// <summary>All that an apply does.</summary>
/// <param name="Lists">The lists, in the order of the documents; those that are deleted at the end.</param>
/// <param name="Basis">What it was worked out from.</param>
internal sealed record ApplyPlan(IReadOnlyList<PlannedList> Lists, ApplyBasis Basis)
{
    /// <summary>The lists to which something happens.</summary>
    public IEnumerable<PlannedList> Changed => Lists.Where(list => list.Action != PlannedAction.Unchanged);
}
