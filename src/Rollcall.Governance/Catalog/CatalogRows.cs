using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Governance.Imports;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Catalog;

/// <summary>A row of an import.</summary>
/// <param name="Line">The line in the file, from 1; of JSON, the element's number, from 1.</param>
/// <param name="Application">The application's name; null where the row has none.</param>
/// <param name="ScimId">The id that the application's server gave the group, or null.</param>
/// <param name="Title">The group's title, or null.</param>
/// <param name="Change">What the row sets, as <see cref="EntitlementRules.MergeAsync"/> takes it.</param>
/// <param name="Problem">Why the row can't be read; null if it can.</param>
internal sealed record CatalogRow(long Line, string? Application, string? ScimId, string? Title, JsonObject Change, string? Problem = null);

/// <summary>Reads entries of the catalog from a file.</summary>
internal sealed class CatalogRows : ImportReader<CatalogRow>
{
    /// <summary>The columns of a file, in the order in which they are exported.</summary>
    public static IReadOnlyList<string> Columns { get; } = ["application", "scimId", "title", .. EntitlementRules.Members];

    /// <inheritdoc/>
    protected override string HeaderHelp => $"Its first line names the columns: {string.Join(',', Columns)}.";

    /// <inheritdoc/>
    protected override string ElementHelp => "Each element is an object that names an entry and says what to set.";

    /// <inheritdoc/>
    protected override bool AllowsLineBreaks => true;

    /// <inheritdoc/>
    protected override CatalogRow RowOf(long number, JsonObject element)
    {
        string?[] names = ["application", "scimId", "title"];
        for (var i = 0; i < names.Length; i++)
        {
            var name = names[i]!;
            var value = element[name];
            element.Remove(name);
            if (value is not null && value.GetValueKind() != JsonValueKind.String)
                return Unreadable(number, $"{name} is a text.");
            names[i] = (string?)value;
        }
        return new CatalogRow(number, names[0], names[1], names[2], element);
    }

    /// <inheritdoc/>
    protected override CatalogRow RowOf(long line, IReadOnlyList<string> columns, string[] fields)
    {
        var element = new JsonObject();
        for (var i = 0; i < columns.Count; i++)
        {
            var (column, field) = (columns[i], fields[i]);
            if (column != "requestable")
                element[column] = field.Length == 0 ? null : field;
            else if (bool.TryParse(field, out var requestable))
                element[column] = requestable;
            else if (field.Length > 0)
                return Unreadable(line, $"requestable is true or false, not '{field.Truncate(50)}'.");
        }
        return RowOf(line, element);
    }

    /// <inheritdoc/>
    protected override CatalogRow Unreadable(long line, string problem) => new(line, null, null, null, [], problem);

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Header(string[] fields)
    {
        var columns = fields.Select(field => Columns.FirstOrDefault(column => column.Equals(field, StringComparison.OrdinalIgnoreCase)) ?? field).ToList();
        if (columns.Find(column => !Columns.Contains(column, StringComparer.Ordinal)) is { } unknown)
            throw ApiException.BadRequest($"The first line names a column '{unknown.Truncate()}', which is not known here. The columns are {string.Join(", ", Columns)}.");
        if (!columns.Contains("scimId") && !columns.Contains("title"))
            throw ApiException.BadRequest("The file has no column by which an entry is found: scimId or title.");
        return columns;
    }
}
