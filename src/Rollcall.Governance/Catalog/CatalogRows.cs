using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsvHelper;
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

/// <summary>Reads the rows of an import one at a time: the file may be larger than memory.</summary>
internal static class CatalogRows
{
    /// <summary>The columns of a file, in the order in which they are exported.</summary>
    public static IReadOnlyList<string> Columns { get; } = ["application", "scimId", "title", .. EntitlementRules.Members];

    private const int LongestRow = 256 * 1024;

    /// <summary>
    /// Rows of a CSV file (RFC 4180) in UTF-8 with a header. A column that is not there leaves as it is what it is about, an empty
    /// field takes it away.
    /// </summary>
    /// <exception cref="ApiException">400: there is no header, or it names a column that is not known, or one twice.</exception>
    public static async IAsyncEnumerable<CatalogRow> OfCsv(Stream body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var malformed = new HashSet<long>();
        using var csv = CsvReader.Create(body, new CsvReaderOptions
        {
            HasHeader = false,
            TrimWhitespace = true,
            TrackLineNumbers = true,
            MaxRecordSize = LongestRow,
            OnMalformedRecord = record => malformed.Add(record.LineNumber),
        }, leaveOpen: true);
        if (!await csv.ReadAsync(cancellationToken))
            throw ApiException.BadRequest($"The file is empty. Its first line names the columns: {string.Join(',', Columns)}.");
        var columns = Header(csv.Current.ToArray());
        while (true)
        {
            var isTooLong = false;
            try
            {
                if (!await csv.ReadAsync(cancellationToken))
                    yield break;
            }
            catch (CsvFormatException)
            {
                isTooLong = true;
            }
            if (isTooLong)
            {
                yield return Unreadable(csv.LineNumber + 1, $"The row is longer than {LongestRow >> 10} KiB, or a quote in it is not closed. Nothing after it was read.");
                yield break;
            }
            yield return malformed.Remove(csv.LineNumber)
                ? Unreadable(csv.LineNumber, "A quote stands where none may, or is not closed. Put fields that contain quotes into quotes, and write each of theirs twice.")
                : RowOf(csv.LineNumber, columns, csv.Current.ToArray());
        }
    }

    /// <summary>The elements of a JSON array: objects with the members that <see cref="Columns"/> names.</summary>
    /// <exception cref="ApiException">400: the body is no array, or can't be read to its end.</exception>
    public static async IAsyncEnumerable<CatalogRow> OfJson(Stream body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var elements = JsonSerializer.DeserializeAsyncEnumerable<JsonNode>(body, ApiJson.Options, cancellationToken).GetAsyncEnumerator(cancellationToken);
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
                : Unreadable(number, "This is no object. Each element is an object that names an entry and says what to set.");
        }
    }

    private static CatalogRow RowOf(long number, JsonObject element)
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

    private static CatalogRow RowOf(long line, IReadOnlyList<string> columns, string[] fields)
    {
        if (fields.Length != columns.Count)
            return Unreadable(line, $"The row has {fields.Length} fields, the header {columns.Count}.");
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

    private static CatalogRow Unreadable(long line, string problem) => new(line, null, null, null, [], problem);

    private static List<string> Header(string[] fields)
    {
        var columns = fields.Select(field => Columns.FirstOrDefault(column => column.Equals(field, StringComparison.OrdinalIgnoreCase)) ?? field).ToList();
        if (columns.Find(column => !Columns.Contains(column, StringComparer.Ordinal)) is { } unknown)
            throw ApiException.BadRequest($"The first line names a column '{unknown.Truncate()}', which is not known here. The columns are {string.Join(", ", Columns)}.");
        if (columns.GroupBy(column => column, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw ApiException.BadRequest($"The first line names the column '{twice.Key}' twice. Remove one.");
        if (!columns.Contains("scimId") && !columns.Contains("title"))
            throw ApiException.BadRequest("The file has no column by which an entry is found: scimId or title.");
        return columns;
    }
}
