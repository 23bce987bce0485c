using Rollcall.Access.Users;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Scim;

/// <summary>Where the resources of a type are found that lists show.</summary>
/// <param name="Type">The resource type.</param>
/// <param name="Counter">The name of its counter.</param>
/// <param name="Columns">Internal id, id, document, when made, when changed, revision; of Groups the number of members, too.</param>
/// <param name="From">The tables with those columns, and all that filters look at.</param>
/// <param name="Narrow">The one table that says which resources there are.</param>
/// <param name="Visible">The condition that the integration <c>$1</c> sees a row.</param>
/// <param name="RowId">The column of the internal id, which is the order where none is asked for.</param>
/// <param name="ScimId">The column of the id that clients know.</param>
/// <param name="FilterColumns">Where its attributes stand, by the SCIM base URL.</param>
internal sealed record ListedType(
    ResourceType Type, string Counter, string Columns, string From, string Narrow, string Visible, string RowId, string ScimId, Func<string, FilterColumns> FilterColumns)
{
    /// <summary>Users.</summary>
    public static ListedType Users { get; } = new(
        ResourceTypes.User, Counters.User, "u.id, u.scim_id, u.document, u.created, s.modified, s.revision", UserRow.From, "users u",
        "u.integration_id = $1", "u.id", "u.scim_id", Scim.FilterColumns.OfUsers);

    /// <summary>Groups.</summary>
    public static ListedType Groups { get; } = new(
        ResourceTypes.Group, Counters.Group, "l.id, l.scim_id, l.document, l.created, l.modified, l.revision, l.member_count", "lists l", "lists l",
        "l.integration_id = $1 and l.scim_id is not null and l.type = 'scim'", "l.id", "l.scim_id", Scim.FilterColumns.OfGroups);

    /// <summary>Whether it is the type of Groups.</summary>
    public bool IsGroup => this == Groups;
}
