using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsvHelper;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Identities;

/// <summary>A row of an import.</summary>
/// <param name="Line">The line in the file, from 1; of JSON, the element's number, from 1.</param>
/// <param name="Id">The identity's id; null where the row has none.</param>
/// <param name="Change">What the row says of it, as <see cref="IdentityRules.Merge"/> takes it.</param>
/// <param name="Problem">Why the row can't be read; null if it can.</param>
internal sealed record IdentityRow(long Line, string? Id, JsonObject Change, string? Problem = null);

/// <summary>Reads the rows of an import one at a time: the file may be larger than memory.</summary>
internal static class IdentityRows
{
    private const int LongestLine = 256 * 1024;

    private const string HeaderHelp = "Its first line names the columns: id,email,givenName,familyName,manager,active and further attributes.";

    private static readonly string[] Own = ["email", "givenName", "familyName", "manager", "active"];

    /// <summary>
    /// Rows of a CSV file (RFC 4180) in UTF-8 with a header. Columns other than the identity's own are attributes; a column that
    /// is not there leaves as it is what it is about, an empty field takes it away. What separates the fields is found out.
    /// </summary>
    /// <exception cref="ApiException">400: there is no header, or it lacks a column or has one twice.</exception>
    public static async IAsyncEnumerable<IdentityRow> OfCsv(Stream body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // What is found malformed is told ahead of its row.
        var malformed = new HashSet<long>();
        using var csv = CsvReader.Create(body, new CsvReaderOptions
        {
            HasHeader = false,
            TrimWhitespace = true,
            TrackLineNumbers = true,
            // No value of an identity has line ends: so a quote that is not closed spoils one row, not all after it.
            AllowLineBreaksInQuotes = false,
            MaxRecordSize = LongestLine,
            OnMalformedRecord = record => malformed.Add(record.LineNumber),
        }, leaveOpen: true);
        if (!await csv.ReadAsync(cancellationToken))
            throw ApiException.BadRequest($"The file is empty. {HeaderHelp}");
        var columns = Header(csv.Current.ToArray());
        while (true)
        {
            var tooLong = false;
            try
            {
                if (!await csv.ReadAsync(cancellationToken))
                    yield break;
            }
            catch (CsvFormatException)
            {
                tooLong = true;
            }
            if (tooLong)
            {
                yield return new IdentityRow(csv.LineNumber + 1, null, [], $"The line is longer than {LongestLine >> 10} KiB. Nothing after it was read.");
                yield break;
            }
            yield return malformed.Remove(csv.LineNumber)
                ? new IdentityRow(csv.LineNumber, null, [], "A quote stands where none may, or is not closed. Put fields that contain quotes into quotes, and write each of theirs twice.")
                : RowOf(csv.LineNumber, columns, csv.Current.ToArray());
        }
    }

    /// <summary>The elements of a JSON array: objects with an id and the members of an identity.</summary>
    /// <exception cref="ApiException">400: the body is no array, or can't be read to its end.</exception>
    public static async IAsyncEnumerable<IdentityRow> OfJson(Stream body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var elements = JsonSerializer.DeserializeAsyncEnumerable<JsonNode>(body, ApiJson.Options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var _ = elements;
        for (var number = 1L; ; number++)
        {
            try
            {
                if (!await elements.MoveNextAsync())
                    yield break;
            }
            catch (JsonException)
            {
                throw ApiException.BadRequest($"The body is no array of JSON objects that can be read past element {number - 1}. Correct it there; what stands before it may be in already.");
            }
            yield return elements.Current is JsonObject element
                ? RowOf(number, element)
                : new IdentityRow(number, null, [], "This is no object. Each element is an object with the id of an identity and what it is.");
        }
    }

    private static IdentityRow RowOf(long number, JsonObject element)
    {
        var id = element["id"];
        element.Remove("id");
        return id is null || id.GetValueKind() == JsonValueKind.String
            ? new IdentityRow(number, (string?)id, element)
            : new IdentityRow(number, null, [], "The id is not a text.");
    }

    private static IdentityRow RowOf(long line, IReadOnlyList<string> columns, string[] fields)
    {
        if (fields.Length != columns.Count)
            return new IdentityRow(line, null, [], $"The row has {fields.Length} fields, the header {columns.Count}.");
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
                    return new IdentityRow(line, null, [], $"active is true or false, not '{field.Truncate(50)}'.");
                change["active"] = active;
            }
            else
                (Own.Contains(column, StringComparer.Ordinal) ? change : attributes)[column] = field.Length == 0 ? null : field;
        }
        if (attributes.Count > 0)
            change["attributes"] = attributes;
        return new IdentityRow(line, id, change);
    }

    private static List<string> Header(string[] fields)
    {
        var columns = fields.Select(field => Own.Append("id").FirstOrDefault(own => own.Equals(field, StringComparison.OrdinalIgnoreCase)) ?? field).ToList();
        foreach (var needed in (string[])["id", "email"])
        {
            if (!columns.Contains(needed))
                throw ApiException.BadRequest($"The file has no column {needed}. {HeaderHelp}");
        }
        if (columns.Exists(string.IsNullOrEmpty))
            throw ApiException.BadRequest("A column of the first line has no name. Name it, or remove the column.");
        if (columns.GroupBy(column => column, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw ApiException.BadRequest($"The first line names the column '{twice.Key.Truncate()}' twice. Remove one.");
        return columns;
    }
}
