using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Access.Scim;
using Rollcall.Data;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Access.Api;

/// <summary>
/// <c>/api/v1/changes</c>: the change feed. A reader keeps <c>next</c> and sends it as <c>after</c>; it then misses nothing
/// and sees nothing twice.
/// </summary>
internal sealed class ChangesApi(Database database, IntegrationDirectory directory, FeedReaders readers)
{
    // A reader that begins with a look at everything else takes its place first.
    private const string Now = "now";

    private const string Advice =
        "Read the users and lists anew, then go on with the feed: GET /api/v1/changes?after=now gives the place to go on from, and should be asked before they are read.";

    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api) => api.MapGet("/changes", (RequestDelegate)ReadAsync)
        .Describe("readChanges", "The change feed: each revision of each resource, in the order of their commits.")
        .Answers<FeedView>()
        .TakesQuery("after", "Where to go on: next of the answer before. Left out, the oldest change that is kept comes first; now gives the end of the feed.")
        .TakesQuery("count", $"How many items at most, 1 to {ApiPageRequest.LargestCount}; {ApiPageRequest.DefaultCount} by default.", typeof(int))
        .TakesQuery("integration", "Only what belongs to an integration.")
        .TakesQuery("kind", "Only users, or only lists: user, list.");

    private sealed record ChangeView(
        long Seq, DateTimeOffset At, string? Integration, ResourceKind Kind, string? Id, string? Name, long Revision, ChangeAction Action, string RequestId);

    private sealed record FeedView(IReadOnlyList<ChangeView> Items, string Next);

    private async Task ReadAsync(HttpContext http)
    {
        var count = ApiPageRequest.Read(http.Request).Count;
        var query = new QueryParameters(http.Request.Query);
        var after = query.Text("after");
        var integrationId = query.Text("integration") is { } name
            ? directory.Current.ByName.TryGetValue(name, out var integration) ? integration.Id
                : throw ApiException.Invalid("integration", $"There is no integration named '{name.Truncate()}'.")
            : (long?)null;
        ResourceKind? kind = query.Choice("kind", "user", "list") switch { null => null, "user" => ResourceKind.User, _ => ResourceKind.List };
        query.RefuseOthers("count");
        var place = after is null or Now ? (long?)null : Place(after);

        var part = await database.ReadAsync(async session =>
        {
            var extent = await ChangeFeed.ExtentAsync(session);
            if (after == Now)
                return new ChangeFeed.Part([], extent.Last);
            if (place < extent.Pruned)
                throw ApiException.Gone($"The change feed no longer reaches back that far: what is older than its retention is gone. {Advice}");
            if (place > extent.Last)
                throw ApiException.Gone($"The change feed has not come that far: the database is an older one than this place was given for. {Advice}");
            return await ChangeFeed.ReadAsync(session, place ?? extent.Pruned, integrationId, kind, count);
        });
        readers.Moved(integrationId, kind, place, part.Next);
        await ApiJson.WriteAsync(http, new FeedView(
            [.. part.Items.Select(item => new ChangeView(
                item.Seq, ScimTime.ToTime(item.At), item.Integration, item.Kind, item.Id, item.Name, item.Revision, item.Action, item.RequestId))],
            ApiCursor.Encode(part.Next.ToString(CultureInfo.InvariantCulture))));
    }

    private static long Place(string after)
    {
        try
        {
            if (long.TryParse(ApiCursor.Decode(after), NumberStyles.None, CultureInfo.InvariantCulture, out var place))
                return place;
        }
        catch (ApiException)
        {
            // Told below, with this parameter's name.
        }
        throw ApiException.Invalid("after", "The place was not made here. Send \"next\" of the last answer as it is, or leave it out to begin with the oldest change that is kept.");
    }
}
