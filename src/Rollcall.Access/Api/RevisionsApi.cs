using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Access.Integrations;
using Rollcall.Access.Lists;
using Rollcall.Access.Scim;
using Rollcall.Data;
using Rollcall.Web.Api;

namespace Rollcall.Access.Api;

/// <summary><c>/api/v1/lists/{name}/revisions</c>: how an access list was defined, since when and by whom. Deleted lists are told of as well.</summary>
internal sealed class RevisionsApi(Database database, IntegrationDirectory directory)
{
    /// <summary>Maps the endpoint.</summary>
    public void Map(IEndpointRouteBuilder api) => api.MapGet("/lists/{name}/revisions", (RequestDelegate)ListAsync)
        .Describe("listRevisions", "How an access list has been defined, the newest first; also of one that was deleted.")
        .AnswersPage<RevisionView>();

    /// <param name="Revision">The revision that made it so.</param>
    /// <param name="LastRevision">The last revision at which it was so; between the two only members changed.</param>
    /// <param name="From">Since when it was so.</param>
    /// <param name="To">Until when; absent where it still is.</param>
    /// <param name="Deleted">Whether it ended by the list's deletion; absent otherwise.</param>
    /// <param name="Code">What was done to make it so, a code of the audit log; absent where the log no longer reaches back.</param>
    /// <param name="Actor">Who did it; absent likewise.</param>
    /// <param name="Changed">What differs from what the list was before; absent where it was made.</param>
    /// <param name="Type">Who managed the members, a value of <see cref="ListTypes"/>.</param>
    /// <param name="Integration">The integration of a list of type <c>scim</c>.</param>
    /// <param name="ScimId">The Group's id, absent while no integration saw it.</param>
    /// <param name="Title">The title.</param>
    /// <param name="Description">What it was for.</param>
    /// <param name="Owners">Its owners.</param>
    /// <param name="Grants">What members were given.</param>
    /// <param name="OwnerGrants">What owners were given.</param>
    /// <param name="MembershipRequires">What a member had to have of their own.</param>
    /// <param name="OwnershipRequires">What an owner had to have of their own.</param>
    /// <param name="Audit">When it was to be reviewed.</param>
    /// <param name="Labels">Free labels.</param>
    private sealed record RevisionView(
        long Revision, long LastRevision, DateTimeOffset From, DateTimeOffset? To, bool? Deleted, string? Code, ActorView? Actor, IReadOnlyList<string>? Changed,
        string Type, string? Integration, string? ScimId, string Title, string? Description, IReadOnlyList<ListOwner> Owners,
        RolesAndTraits Grants, RolesAndTraits OwnerGrants, RolesAndTraits MembershipRequires, RolesAndTraits OwnershipRequires,
        ListAudit? Audit, IReadOnlyDictionary<string, string> Labels);

    private async Task ListAsync(HttpContext http)
    {
        var name = http.Route("name");
        var page = ApiPageRequest.Read(http.Request);
        var after = ListRevisions.Key.Parse(page.After);
        var (revisions, authors) = await database.ReadAsync(async session =>
        {
            var read = await ListRevisions.PageAsync(session, name, after, page.CountToRead);
            return read.Count == 0 && after is null ? throw AdminRequest.NoSuchList(http) : (read, await ListRevisions.AuthorsAsync(session, name, read));
        });
        var answer = page.PageOf(revisions, revision => revision.Key.ToString());
        // One more is read than shown: what the last one shown was before.
        await ApiJson.WriteAsync(http, new ApiPage<RevisionView>(
            [.. answer.Items.Select((revision, place) => View(
                revision, revisions.ElementAtOrDefault(place + 1), authors.GetValueOrDefault((revision.From, revision.FirstRevision))))],
            answer.NextCursor));
    }

    private RevisionView View(ListRevision revision, ListRevision? before, RevisionAuthor? author)
    {
        var definition = revision.Definition;
        return new RevisionView(
            revision.FirstRevision, revision.LastRevision, ScimTime.ToTime(revision.From), revision.To == long.MaxValue ? null : ScimTime.ToTime(revision.To),
            revision.IsDeleted ? true : null, author?.Code, author is null ? null : ActorView.Of(author.Actor, author.RequestId),
            before?.ListId == revision.ListId ? revision.ChangedSince(before) : null,
            revision.Type, directory.Current.NameOf(revision.IntegrationId), revision.ScimId, definition.Title, definition.Description, definition.Owners,
            definition.Grants, definition.OwnerGrants, definition.MembershipRequires, definition.OwnershipRequires, definition.Audit, definition.Labels);
    }
}
