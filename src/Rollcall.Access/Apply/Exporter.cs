using System.Text.Json.Nodes;
using Rollcall.Access.Integrations;
using Rollcall.Access.Lists;
using Rollcall.Data;

namespace Rollcall.Access.Apply;

/// <summary>Which lists an export holds; null for all.</summary>
/// <param name="IntegrationId">Only those of an integration.</param>
/// <param name="Type">Only those of a type.</param>
/// <param name="Name">Only the one of that name.</param>
internal sealed record ExportFilter(long? IntegrationId = null, string? Type = null, string? Name = null);

/// <summary>
/// Reads lists and members as documents: each list in the order of names, followed by its members in the order in which they are
/// kept. It reads page by page, so that neither memory nor a transaction is held for all of it; a list is as it was when its page
/// was read.
/// </summary>
internal sealed class Exporter(Database database, IntegrationDirectory directory)
{
    private const int ListsInPage = 200;
    private const int MembersInPage = 1_000;

    /// <summary>All documents.</summary>
    public async IAsyncEnumerable<JsonObject> ReadAsync(ExportFilter filter)
    {
        var integrations = directory.Current.ByName.Values.ToDictionary(integration => integration.Id, integration => integration.Name);
        string? after = null;
        List<AccessList> page;
        do
        {
            page = await database.ReadOneAsync(session => PageAsync(session, filter, after));
            foreach (var list in page)
            {
                yield return DocumentJson.Of(list, integrations.GetValueOrDefault(list.IntegrationId));
                await foreach (var member in MembersAsync(list))
                    yield return DocumentJson.Of(list.Name, member);
            }
            after = page.LastOrDefault()?.Name;
        }
        while (page.Count == ListsInPage);
    }

    private static async ValueTask<List<AccessList>> PageAsync(Session session, ExportFilter filter, string? after)
    {
        if (filter.Name is null)
            return await ListStore.PageAsync(session, new ListStore.Selection(filter.IntegrationId, filter.Type), after, ListsInPage);
        var list = await ListStore.FindAsync(session, filter.Name);
        return list is not null && (filter.IntegrationId ?? list.IntegrationId) == list.IntegrationId && (filter.Type ?? list.Type) == list.Type ? [list] : [];
    }

    private async IAsyncEnumerable<ListMember> MembersAsync(AccessList list)
    {
        if (list.MemberCount == 0)
            yield break;
        var after = default(MemberStore.Key);
        List<ListMember> page;
        do
        {
            page = await database.ReadOneAsync(session => MemberStore.PageAsync(session, list.IntegrationId, list.Id, after, MembersInPage));
            foreach (var member in page)
                yield return member;
            if (page.Count > 0)
                after = new MemberStore.Key(page[^1].Kind, page[^1].MemberId);
        }
        while (page.Count == MembersInPage);
    }
}
