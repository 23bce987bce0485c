using Rollcall.Access.Scim;
using Rollcall.Data;
using Rollcall.Web.Api;

namespace Rollcall.Access.Evaluation;

/// <summary>The moment that is asked about: now, or any since records began.</summary>
/// <param name="At">The moment, in microseconds since 1970 in UTC: what expired by then has no effect.</param>
/// <param name="IsPast">Whether what has ended since has to be looked up.</param>
internal readonly record struct Moment(long At, bool IsPast)
{
    /// <summary>
    /// Records that began later than this do not count. Without a bound for now: a list's newest change may bear a time
    /// slightly ahead of the clock, so that its times grow.
    /// </summary>
    public long Bound => IsPast ? At : long.MaxValue;

    /// <summary>Now, by the database's clock.</summary>
    public static Moment Now(Session session) => new(session.Now, IsPast: false);

    /// <summary>The moment that a request names; now where it names none.</summary>
    /// <exception cref="ApiException">400: it is yet to come, or records began later.</exception>
    public static async ValueTask<Moment> OfAsync(Session session, DateTimeOffset? at)
    {
        if (at is not { } time)
            return Now(session);
        var asked = ScimTime.Of(time);
        if (asked > session.Now)
            throw ApiException.Invalid("at", $"{ScimTime.Format(asked)} is yet to come: it is {ScimTime.Format(session.Now)} here. Leave the time out to ask for now.");
        var begin = await session.FirstAsync("select at from records_begin", row => row.GetInt64(0));
        return asked >= begin
            ? new Moment(asked, IsPast: true)
            : throw ApiException.Invalid("at", $"There are records from {ScimTime.Format(begin)} on; nothing is known of {ScimTime.Format(asked)}. Ask for a later time.");
    }
}
