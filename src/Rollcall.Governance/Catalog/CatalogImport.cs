using Rollcall.Data;
using Rollcall.Governance.Applications;
using Rollcall.Governance.Audit;
using Rollcall.Scim;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Catalog;

/// <summary>A row that was left out.</summary>
/// <param name="Line">Its line in the file, from 1; of JSON, the element's number.</param>
/// <param name="Reason">Why.</param>
public sealed record CatalogProblem(long Line, string Reason);

/// <summary>What came of an import.</summary>
/// <param name="Read">Rows read.</param>
/// <param name="Updated">Entries that were changed.</param>
/// <param name="Unchanged">Entries that are so already.</param>
/// <param name="Left">Rows that were left out, because something is wrong with them.</param>
/// <param name="Problems">What is wrong with them: the first 1,000.</param>
public sealed record CatalogImportResult(long Read, long Updated, long Unchanged, long Left, IReadOnlyList<CatalogProblem> Problems);

/// <summary>Sets entries of the catalog by the rows of a file. Good rows go in, some to a transaction so that nobody waits long; bad ones are told.</summary>
internal sealed class CatalogImport(Database database)
{
    private const int RowsTogether = 100;
    private const int MostProblems = 1_000;

    /// <summary>Imports all rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="application">The application of rows that name none; or null.</param>
    /// <param name="by">Who imports; each row's change takes its number.</param>
    /// <param name="cancellationToken">Ends it after the transaction that runs: what was written stays.</param>
    public async Task<CatalogImportResult> RunAsync(IAsyncEnumerable<CatalogRow> rows, string? application, Change by, CancellationToken cancellationToken)
    {
        var result = new CatalogImportResult(0, 0, 0, 0, []);
        var chunk = new List<CatalogRow>(RowsTogether);
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            chunk.Add(row with { Application = row.Application ?? application });
            if (chunk.Count == RowsTogether)
                result = await WriteAsync(chunk, result, by);
        }
        return await WriteAsync(chunk, result, by);
    }

    private async Task<CatalogImportResult> WriteAsync(List<CatalogRow> chunk, CatalogImportResult before, Change by)
    {
        var result = chunk.Count == 0 ? before : await database.WriteAsync(async session =>
        {
            var (updated, unchanged) = (0, 0);
            List<CatalogProblem> problems = [];
            for (var i = 0; i < chunk.Count; i++)
            {
                try
                {
                    var hasChanged = await SetAsync(session, chunk[i], by with { Number = by.Number + (int)before.Read + i });
                    _ = hasChanged ? updated++ : unchanged++;
                }
                catch (ApiException fault)
                {
                    problems.Add(new CatalogProblem(chunk[i].Line, fault.Message));
                }
            }
            return new CatalogImportResult(
                before.Read + chunk.Count, before.Updated + updated, before.Unchanged + unchanged, before.Left + problems.Count, [.. before.Problems.Concat(problems).Take(MostProblems)]);
        });
        chunk.Clear();
        return result;
    }

    private static async ValueTask<bool> SetAsync(WriteSession session, CatalogRow row, Change change)
    {
        if (row.Problem is not null)
            throw ApiException.BadRequest(row.Problem);
        var entitlement = await FindAsync(session, row);
        var setting = await EntitlementRules.MergeAsync(session, entitlement, row.Change);
        return (await EntitlementStore.SetAsync(session, change, entitlement, setting)).Revision != entitlement.Revision;
    }

    private static async ValueTask<Entitlement> FindAsync(Session session, CatalogRow row)
    {
        if (row.Application is null)
            throw ApiException.BadRequest("The row names no application. Add the column application, or name one for the whole file.");
        var application = await ApplicationStore.FindAsync(session, row.Application) ?? throw ApiException.NotFound($"There is no application named '{row.Application.Truncate()}'.");
        if (row.ScimId is null && row.Title is null)
            throw ApiException.BadRequest("The row names no entry: neither its scimId nor its title.");
        var filter = new EntitlementFilter { ApplicationId = application.Id, ScimId = row.ScimId, TitleKey = row.ScimId is null ? ScimText.Fold(row.Title!) : null };
        return await EntitlementStore.PageAsync(session, filter, 0, 2) switch
        {
            [var one] => one,
            [] => throw ApiException.NotFound($"{application.Name} has no entitlement '{(row.ScimId ?? row.Title)!.Truncate()}' in the catalog."),
            _ => throw ApiException.BadRequest($"{application.Name} has several entitlements titled '{row.Title!.Truncate()}'. Name it by its scimId."),
        };
    }
}
