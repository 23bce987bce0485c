using System.Data.Common;
using Rollcall.Access.Lists;
using Rollcall.Access.Users;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Scim;

/// <summary>Where the resources of a type are found that lists show.</summary>
/// <param name="Type">The resource type.</param>
/// <param name="Counter">The name of its counter.</param>
/// <param name="Columns">What <paramref name="Map"/> reads.</param>
/// <param name="From">The tables with those columns, and all that filters look at.</param>
/// <param name="Narrow">The one table that says which resources there are.</param>
/// <param name="Visible">The condition that the integration <c>$1</c> sees a row.</param>
/// <param name="RowId">The column of the internal id, which is the order where none is asked for.</param>
/// <param name="FilterColumns">Where its attributes stand, by the SCIM base URL.</param>
/// <param name="Map">Reads a row.</param>
internal sealed record ListedType(
    ResourceType Type, string Counter, string Columns, string From, string Narrow, string Visible, string RowId,
    Func<string, FilterColumns> FilterColumns, Func<DbDataReader, ListedResource> Map)
{
    /// <summary>Users.</summary>
    public static ListedType Users { get; } = new(
        ResourceTypes.User, Counters.User, UserRow.Columns, UserRow.From, "users u", "u.integration_id = $1", "u.id",
        Scim.FilterColumns.OfUsers, row => new ListedResource(UserRow.Map(row), null));

    /// <summary>Groups.</summary>
    public static ListedType Groups { get; } = new(
        ResourceTypes.Group, Counters.Group, GroupRow.Columns, "lists l", "lists l", "l.integration_id = $1 and l.scim_id is not null and l.type = 'scim'", "l.id",
        Scim.FilterColumns.OfGroups, row => new ListedResource(null, GroupRow.Map(row)));
}

/// <summary>A resource on a page: a User or a Group.</summary>
/// <param name="User">The User, or null.</param>
/// <param name="Group">The Group, or null.</param>
internal readonly record struct ListedResource(UserRow? User, GroupRow? Group)
{
    /// <summary>The internal id.</summary>
    public long RowId => User?.Id ?? Group!.Id;

    /// <summary>The id that clients know.</summary>
    public string ScimId => User?.ScimId ?? Group!.ScimId;
}
