using System.Text.Encodings.Web;
using System.Text.Json;
using CsvHelper;
using Rollcall.Data;

namespace Rollcall.Governance.Catalog;

/// <summary>Writes the catalog as a file that <see cref="CatalogImport"/> takes, page by page.</summary>
internal sealed class CatalogExport(Database database)
{
    private const int PageSize = 500;

    /// <summary>An array of JSON objects.</summary>
    /// <param name="body">Where to.</param>
    /// <param name="applicationId">Whose entries; null for all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task WriteJsonAsync(Stream body, long? applicationId, CancellationToken cancellationToken)
    {
        await using var writer = new Utf8JsonWriter(body, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartArray();
        await foreach (var entries in PagesAsync(applicationId))
        {
            foreach (var entry in entries)
            {
                writer.WriteStartObject();
                foreach (var (column, value) in CatalogRows.Columns.Zip(Fields(entry)))
                {
                    if (column == "requestable")
                        writer.WriteBoolean(column, entry.Requestable);
                    else if (value.Length > 0)
                        writer.WriteString(column, value);
                }
                writer.WriteEndObject();
            }
            await writer.FlushAsync(cancellationToken);
        }
        writer.WriteEndArray();
        await writer.FlushAsync(cancellationToken);
    }

    /// <summary>CSV (RFC 4180) in UTF-8 with a header.</summary>
    /// <param name="body">Where to.</param>
    /// <param name="applicationId">Whose entries; null for all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task WriteCsvAsync(Stream body, long? applicationId, CancellationToken cancellationToken)
    {
        await using var writer = CsvWriter.Create(body, new CsvWriterOptions { HasHeader = false }, leaveOpen: true);
        await writer.WriteRecordAsync([.. CatalogRows.Columns], cancellationToken);
        await foreach (var entries in PagesAsync(applicationId))
        {
            foreach (var entry in entries)
                await writer.WriteRecordAsync(Fields(entry), cancellationToken);
            await writer.FlushAsync(cancellationToken);
        }
    }

    private async IAsyncEnumerable<List<Entitlement>> PagesAsync(long? applicationId)
    {
        for (var after = 0L; ;)
        {
            var place = after;
            var page = await database.ReadAsync(session => EntitlementStore.PageAsync(session, new EntitlementFilter { ApplicationId = applicationId }, place, PageSize));
            if (page.Count == 0)
                yield break;
            yield return page;
            after = page[^1].Id;
        }
    }

    // In the order of the columns.
    private static string[] Fields(Entitlement entry) =>
        [entry.ApplicationName, entry.ScimId, entry.Title, entry.DisplayName ?? "", entry.Description ?? "", entry.OwnerPublicId ?? "", entry.Requestable ? "true" : "false"];
}
