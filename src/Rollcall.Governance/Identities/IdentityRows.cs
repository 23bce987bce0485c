using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Governance.Imports;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Identities;

/// <summary>A row of an import.</summary>
/// <param name="Line">The line in the file, from 1; of JSON, the element's number, from 1.</param>
/// <param name="Id">The identity's id; null where the row has none.</param>
/// <param name="Change">What the row says of it, as <see cref="IdentityRules.Merge"/> takes it.</param>
/// <param name="Problem">Why the row can't be read; null if it can.</param>
internal sealed record IdentityRow(long Line, string? Id, JsonObject Change, string? Problem = null);

/// <summary>Reads identities from a file. Columns other than the identity's own are attributes.</summary>
internal sealed class IdentityRows : ImportReader<IdentityRow>
{
    private static readonly string[] Own = ["email", "givenName", "familyName", "manager", "active"];

    /// <inheritdoc/>
    protected override string HeaderHelp => "Its first line names the columns: id,email,givenName,familyName,manager,active and further attributes.";

    /// <inheritdoc/>
    protected override string ElementHelp => "Each element is an object with the id of an identity and what it is.";

    // No value of an identity has line ends.
    /// <inheritdoc/>
    protected override bool AllowsLineBreaks => false;

    /// <inheritdoc/>
    protected override IdentityRow RowOf(long number, JsonObject element)
    {
        var id = element["id"];
        element.Remove("id");
        return id is null || id.GetValueKind() == JsonValueKind.String
            ? new IdentityRow(number, (string?)id, element)
            : Unreadable(number, "The id is not a text.");
    }

    /// <inheritdoc/>
    protected override IdentityRow RowOf(long line, IReadOnlyList<string> columns, string[] fields)
    {
        string? id = null;
        var change = new JsonObject();
        var attributes = new JsonObject();
        for (var i = 0; i < columns.Count; i++)
        {
            var (column, field) = (columns[i], fields[i]);
            if (column == "id")
                id = field;
            else if (column == "active")
            {
                if (field.Length == 0)
                    continue;
                if (!bool.TryParse(field, out var active))
                    return Unreadable(line, $"active is true or false, not '{field.Truncate(50)}'.");
                change["active"] = active;
            }
            else
                (Own.Contains(column, StringComparer.Ordinal) ? change : attributes)[column] = field.Length == 0 ? null : field;
        }
        if (attributes.Count > 0)
            change["attributes"] = attributes;
        return new IdentityRow(line, id, change);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Header(string[] fields)
    {
        var columns = fields.Select(field => Own.Append("id").FirstOrDefault(own => own.Equals(field, StringComparison.OrdinalIgnoreCase)) ?? field).ToList();
        foreach (var needed in (string[])["id", "email"])
        {
            if (!columns.Contains(needed))
                throw ApiException.BadRequest($"The file has no column {needed}. {HeaderHelp}");
        }
        if (columns.Exists(string.IsNullOrEmpty))
            throw ApiException.BadRequest("A column of the first line has no name. Name it, or remove the column.");
        return columns;
    }

    /// <inheritdoc/>
    protected override IdentityRow Unreadable(long line, string problem) => new(line, null, [], problem);
}
