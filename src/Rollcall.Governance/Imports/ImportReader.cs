using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsvHelper;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Imports;

/// <summary>Reads the rows of an import one at a time, from CSV or JSON: the file may be larger than memory.</summary>
/// <typeparam name="T">A row.</typeparam>
internal abstract class ImportReader<T>
{
    private const int LongestRow = 256 * 1024;

    /// <summary>What the first line of a CSV file is to be, as a sentence.</summary>
    protected abstract string HeaderHelp { get; }

    /// <summary>What each element of a JSON array is to be, as a sentence.</summary>
    protected abstract string ElementHelp { get; }

    /// <summary>Whether a field may have line ends. Where none may, a quote that is not closed spoils one row, not all after it.</summary>
    protected abstract bool AllowsLineBreaks { get; }

    /// <summary>
    /// Rows of a CSV file (RFC 4180) in UTF-8 with a header. A column that is not there leaves as it is what it is about, an empty
    /// field takes it away. What separates the fields is found out.
    /// </summary>
    /// <exception cref="ApiException">400: there is no header, or it can't be taken.</exception>
    public async IAsyncEnumerable<T> OfCsv(Stream body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // What is found malformed is told ahead of its row.
        var malformed = new HashSet<long>();
        using var csv = CsvReader.Create(body, new CsvReaderOptions
        {
            HasHeader = false,
            TrimWhitespace = true,
            TrackLineNumbers = true,
            AllowLineBreaksInQuotes = AllowsLineBreaks,
            MaxRecordSize = LongestRow,
            OnMalformedRecord = record => malformed.Add(record.LineNumber),
        }, leaveOpen: true);
        if (!await csv.ReadAsync(cancellationToken))
            throw ApiException.BadRequest($"The file is empty. {HeaderHelp}");
        var columns = Header(csv.Current.ToArray());
        if (columns.GroupBy(column => column, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw ApiException.BadRequest($"The first line names the column '{twice.Key.Truncate()}' twice. Remove one.");
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
                var also = AllowsLineBreaks ? ", or a quote in it is not closed" : "";
                yield return Unreadable(csv.LineNumber + 1, $"The row is longer than {LongestRow >> 10} KiB{also}. Nothing after it was read.");
                yield break;
            }
            var fields = csv.Current.ToArray();
            yield return malformed.Remove(csv.LineNumber)
                    ? Unreadable(csv.LineNumber, "A quote stands where none may, or is not closed. Put fields that contain quotes into quotes, and write each of theirs twice.")
                : fields.Length != columns.Count
                    ? Unreadable(csv.LineNumber, $"The row has {fields.Length} fields, the header {columns.Count}.")
                    : RowOf(csv.LineNumber, columns, fields);
        }
    }

    /// <summary>The elements of a JSON array.</summary>
    /// <exception cref="ApiException">400: the body is no array, or can't be read to its end.</exception>
    public async IAsyncEnumerable<T> OfJson(Stream body, [EnumeratorCancellation] CancellationToken cancellationToken)
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
            yield return elements.Current is JsonObject element ? RowOf(number, element) : Unreadable(number, $"This is no object. {ElementHelp}");
        }
    }

    /// <summary>The columns by the names that they have here.</summary>
    /// <param name="fields">The first line.</param>
    /// <exception cref="ApiException">400: a column that is needed is missing, or one is not known.</exception>
    protected abstract IReadOnlyList<string> Header(string[] fields);

    /// <summary>A row of a CSV file, with as many fields as there are columns.</summary>
    protected abstract T RowOf(long line, IReadOnlyList<string> columns, string[] fields);

    /// <summary>An element of a JSON array.</summary>
    protected abstract T RowOf(long number, JsonObject element);

    /// <summary>A row that can't be read.</summary>
    protected abstract T Unreadable(long line, string problem);
}
