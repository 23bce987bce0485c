using System.Collections.Concurrent;
using System.Globalization;
using Rollcall.Access.Lists;
using Rollcall.Scim.Filters;
using Rollcall.Scim.Paths;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Scim;

/// <summary>
/// Where the attributes of a resource type stand in SQL: in columns, in tables of their own, or else in the comparison
/// document.
/// </summary>
internal sealed class FilterColumns
{
    // They differ by the base URL only: two for each integration.
    private static readonly ConcurrentDictionary<string, FilterColumns> Users = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, FilterColumns> Groups = new(StringComparer.Ordinal);

    private readonly Dictionary<string, FilterColumn> _columns = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FilterElements> _elements = new(StringComparer.Ordinal);
    private readonly string? _emails;

    private FilterColumns(string search, string? emails = null)
    {
        Search = search;
        _emails = emails;
    }

    /// <summary>The SQL expression of the comparison document.</summary>
    public string Search { get; }

    /// <summary>The column of the id.</summary>
    public FilterColumn Id => _columns["id"];

    /// <summary>The column of an attribute, or null where it stands in the comparison document.</summary>
    public FilterColumn? Find(AttributePath path)
    {
        if (_columns.TryGetValue(path.ToString(), out var column))
            return column;
        if (path.Attribute is { } attribute && _elements.TryGetValue(attribute.Name, out var elements) && path.Extension is null)
            return elements.Column(path.Sub);
        return path is { Extension: null, Attribute.Name: "emails", Sub.Name: "value" } && _emails is not null
            ? new FilterColumn.Indexed(_emails, path)
            : null;
    }

    /// <summary>The elements of an attribute that stands in a table of its own, or null.</summary>
    public FilterElements? FindElements(AttributePath path) =>
        path is { Extension: null, Attribute: { } attribute } ? _elements.GetValueOrDefault(attribute.Name) : null;

    /// <summary>A condition that an index answers and that every match of the value path fulfils, or null.</summary>
    public string? Narrow(FilterSql sql, Filter.ValuePath valuePath)
    {
        if (_emails is null || valuePath.Path is not { Extension: null, Attribute.Name: "emails" })
            return null;
        var terms = valuePath.Inner is Filter.And and ? and.Operands : [valuePath.Inner];
        var value = terms.OfType<Filter.Comparison>().FirstOrDefault(term => term is { Path.Attribute.Name: "value", Operator: ComparisonOperator.Equal });
        return value is null ? null : string.Format(CultureInfo.InvariantCulture, _emails, sql.Parameter(value.Value));
    }

    /// <summary>Inside the brackets of a value path over the comparison document.</summary>
    public static FilterColumns OfElement(string element) => new(element);

    /// <summary>Users: <c>u</c> is users, <c>s</c> user_state, <c>$1</c> the integration.</summary>
    /// <param name="baseUrl">The SCIM base URL, for locations.</param>
    public static FilterColumns OfUsers(string baseUrl) => Users.GetOrAdd(baseUrl, MakeUsers);

    /// <summary>Groups: <c>l</c> is lists, <c>$1</c> the integration.</summary>
    /// <param name="baseUrl">The SCIM base URL, for locations.</param>
    public static FilterColumns OfGroups(string baseUrl) => Groups.GetOrAdd(baseUrl, MakeGroups);

    private static FilterColumns MakeUsers(string baseUrl) => new("u.search", "u.id in (select e.user_id from user_emails e where e.integration_id = $1 and e.value_key = {0})")
    {
        _columns =
        {
            ["id"] = FilterColumn.Of("u.scim_id"),
            ["externalId"] = FilterColumn.OfNullable("u.external_id"),
            ["userName"] = FilterColumn.Of("u.user_name_key"),
            ["displayName"] = FilterColumn.OfNullable("u.display_name_key"),
            ["active"] = FilterColumn.Of("u.active"),
            ["meta"] = FilterColumn.OfConstant("1"),
            ["meta.resourceType"] = FilterColumn.OfConstant("'User'"),
            ["meta.created"] = FilterColumn.OfTime("u.created"),
            ["meta.lastModified"] = FilterColumn.OfTime("s.modified"),
            ["meta.version"] = FilterColumn.Of("('W/\"' || s.revision || '\"')"),
            ["meta.location"] = FilterColumn.OfReference($"{baseUrl}/Users/", "u.scim_id"),
        },
        _elements =
        {
            ["groups"] = new FilterElements("u.id", new FilterElements.Branch(
                $"""
                 select m.member_id from lists l
                 join members m on m.integration_id = l.integration_id and m.list_id = l.id and m.kind = {(int)MemberKind.User}
                 where l.integration_id = $1 and l.scim_id is not null
                 """,
                new FilterColumns("null")
                {
                    _columns =
                    {
                        ["value"] = FilterColumn.Of("l.scim_id"),
                        ["display"] = FilterColumn.Of("l.title_key"),
                        ["type"] = FilterColumn.OfConstant("'direct'"),
                        ["$ref"] = FilterColumn.OfReference($"{baseUrl}/Groups/", "l.scim_id"),
                    },
                })),
        },
    };

    private static FilterColumns MakeGroups(string baseUrl) => new("l.search")
    {
        _columns =
        {
            ["id"] = FilterColumn.Of("l.scim_id"),
            ["displayName"] = FilterColumn.Of("l.title_key"),
            ["meta"] = FilterColumn.OfConstant("1"),
            ["meta.resourceType"] = FilterColumn.OfConstant("'Group'"),
            ["meta.created"] = FilterColumn.OfTime("l.created"),
            ["meta.lastModified"] = FilterColumn.OfTime("l.modified"),
            ["meta.version"] = FilterColumn.Of("('W/\"' || l.revision || '\"')"),
            ["meta.location"] = FilterColumn.OfReference($"{baseUrl}/Groups/", "l.scim_id"),
            [$"{SchemaUris.AccessList}:memberCount"] = FilterColumn.Of("l.member_count"),
        },
        _elements =
        {
            ["members"] = new FilterElements("l.id",
                new FilterElements.Branch(
                    $"""
                     select m.list_id from users mu
                     join members m on m.integration_id = mu.integration_id and m.kind = {(int)MemberKind.User} and m.member_id = mu.id
                     where mu.integration_id = $1
                     """,
                    new FilterColumns("null")
                    {
                        _columns =
                        {
                            ["value"] = FilterColumn.Of("mu.scim_id"),
                            ["display"] = FilterColumn.Of("mu.user_name_key"),
                            ["type"] = FilterColumn.OfConstant("'user'"),
                            ["$ref"] = FilterColumn.OfReference($"{baseUrl}/Users/", "mu.scim_id"),
                        },
                    }),
                new FilterElements.Branch(
                    $"""
                     select m.list_id from lists ml
                     join members m on m.integration_id = ml.integration_id and m.kind = {(int)MemberKind.List} and m.member_id = ml.id
                     where ml.integration_id = $1 and ml.scim_id is not null
                     """,
                    new FilterColumns("null")
                    {
                        _columns =
                        {
                            ["value"] = FilterColumn.Of("ml.scim_id"),
                            ["display"] = FilterColumn.Of("ml.title_key"),
                            ["type"] = FilterColumn.OfConstant("'group'"),
                            ["$ref"] = FilterColumn.OfReference($"{baseUrl}/Groups/", "ml.scim_id"),
                        },
                    })),
        },
    };
}
