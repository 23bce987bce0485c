using Rollcall.Access.Scim;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Web.Api;

namespace Rollcall.Access.Evaluation;

/// <summary>Answers what a person may do at a moment, since when and why. The cost depends on the lists that the person is on and those above them.</summary>
/// <param name="integrationName">The name of an integration by its id; null where it is gone.</param>
internal sealed class AccessEvaluator(Func<long, string?> integrationName)
{
    /// <summary>Evaluates within one snapshot.</summary>
    /// <param name="session">The snapshot.</param>
    /// <param name="userName">The person's name, in any case.</param>
    /// <param name="at">The moment; null for now.</param>
    /// <returns>Null where nobody is named so.</returns>
    /// <exception cref="ApiException">400: nothing is known of the moment.</exception>
    public async ValueTask<PersonAccess?> EvaluateAsync(Session session, string userName, DateTimeOffset? at)
    {
        var moment = await Moment.OfAsync(session, at);
        var id = await session.FirstAsync<long?>("select id from people where name_key = $1", row => row.GetInt64(0), ScimText.Fold(userName));
        if (id is null)
            return null;

        // 1. The person, and the lists that its memberships lead to.
        var records = new Records(session, moment);
        var standing = (await Standing.LoadAsync(records, [id.Value]))[id.Value];
        var graph = await AccessGraph.LoadAsync(records, standing);

        // 2. What has effect, what has not, and since when.
        var ways = new Ways(standing, graph, moment.At);
        ways.Find();
        var continuity = await Continuity.LoadAsync(records, standing, graph, ways.Effective);
        return Answer(moment, standing, ways, continuity, new AccessView(standing, graph, integrationName));
    }

    private static PersonAccess Answer(Moment moment, Standing standing, Ways ways, Continuity continuity, AccessView view)
    {
        var given = ways.Given().ToList();
        return new PersonAccess
        {
            UserName = standing.Person.Name,
            At = ScimTime.ToTime(moment.At),
            Blocked = standing.Person.BlockedSince is { } since ? new AccessBlock(ScimTime.ToTime(since), standing.Person.BlockedBy) : null,
            Users = [.. standing.Users.Select(view.User)],
            Own = standing.Own,
            Roles = Sorted(given.SelectMany(grants => grants.Roles)),
            Traits = new SortedDictionary<string, IReadOnlyList<string>>(
                given.SelectMany(grants => grants.Traits).GroupBy(trait => trait.Key).ToDictionary(trait => trait.Key, trait => Sorted(trait.SelectMany(values => values.Value))),
                StringComparer.Ordinal),
            Grants = Sorted(ways.Effective.Select(way =>
            {
                var counted = continuity.SinceOf(way);
                return view.Grant(way) with { Since = ScimTime.ToTime(counted), GivenSince = ScimTime.ToTime(continuity.GivenSince(way, counted)) };
            })),
            WithoutEffect = Sorted(ways.Others.Select(way => view.Grant(way) with { Reasons = way.Reasons })),
            Truncated = ways.IsTruncated ? true : null,
        };
    }

    private static IReadOnlyList<string> Sorted(IEnumerable<string> texts) => [.. texts.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static IReadOnlyList<AccessGrant> Sorted(IEnumerable<AccessGrant> grants) =>
        [.. grants.OrderBy(grant => grant.List, StringComparer.Ordinal).ThenBy(grant => grant.As).ThenBy(grant => grant.Path.Count).ThenBy(grant => string.Join('/', grant.Path), StringComparer.Ordinal)];
}
