using System.Globalization;
using System.Text.Json;
using Rollcall.Data;
using Rollcall.Governance.Applications;
using Rollcall.Scim;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Requests;

/// <summary>How a request names an entitlement.</summary>
/// <param name="Id">Its id, where it was given as a number.</param>
/// <param name="Title">Its title, compared without case; or its id as a text, where nothing has that title.</param>
internal readonly record struct EntitlementName(long? Id, string? Title)
{
    /// <inheritdoc/>
    public override string ToString() => Title ?? $"{Id}";
}

/// <summary>An entitlement that is asked for.</summary>
/// <param name="Id">The id.</param>
/// <param name="Title">The title that the application gives it.</param>
/// <param name="OwnerId">The identity that owns it, or null.</param>
internal sealed record RequestedEntitlement(long Id, string Title, long? OwnerId);

/// <summary>Finds the entitlements that a request names.</summary>
internal static class RequestedEntitlements
{
    private sealed record Found(long Id, string Title, string TitleKey, long? OwnerId, bool Requestable, bool Gone);

    /// <summary>Finds each of them.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="application">The application that they are of.</param>
    /// <param name="names">How they are named.</param>
    /// <param name="isAdd">Whether they are to be had: then they must be there and requestable.</param>
    /// <exception cref="ApiException">400: one is not there, is named twice or ambiguously, or can't be asked for.</exception>
    public static async ValueTask<IReadOnlyList<RequestedEntitlement>> FindAsync(Session session, Application application, IReadOnlyList<EntitlementName> names, bool isAdd)
    {
        var candidates = await ReadAsync(session, application.Id, names);
        var found = names.Select(name => Choose(application, candidates, name)).ToList();
        if (found.GroupBy(entitlement => entitlement.Id).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw ApiException.Invalid("entitlements", $"The entitlement '{twice.First().Title.Truncate()}' is named twice. Name each once.");
        if (isAdd && found.Find(entitlement => entitlement.Gone) is { } gone)
            throw ApiException.Invalid("entitlements", $"The entitlement '{gone.Title.Truncate()}' is gone from {application.Name}.");
        if (isAdd && found.Find(entitlement => !entitlement.Requestable) is { } closed)
            throw ApiException.Invalid("entitlements", $"The entitlement '{closed.Title.Truncate()}' of {application.Name} can't be requested: the catalog says so.");
        return [.. found.Select(entitlement => new RequestedEntitlement(entitlement.Id, entitlement.Title, entitlement.OwnerId))];
    }

    private static ValueTask<List<Found>> ReadAsync(Session session, long applicationId, IReadOnlyList<EntitlementName> names)
    {
        var titles = names.Where(name => name.Title is not null).Select(name => ScimText.Fold(name.Title!));
        var ids = names.Select(IdOf).OfType<long>();
        return session.ListAsync(
            $"""
            select id, title, title_key, owner_id, requestable, gone is not null from entitlements
            where application_id = $1 and title_key in ({session.Dialect.TextSet("$2")})
            union
            select id, title, title_key, owner_id, requestable, gone is not null from entitlements
            where application_id = $1 and id in ({session.Dialect.NumberSet("$3")})
            """,
            row => new Found(row.GetInt64(0), row.GetString(1), row.GetString(2), row.Number(3), row.GetBoolean(4), row.GetBoolean(5)),
            applicationId, JsonSerializer.Serialize(titles), JsonSerializer.Serialize(ids));
    }

    private static Found Choose(Application application, List<Found> candidates, EntitlementName name)
    {
        var key = name.Title is null ? null : ScimText.Fold(name.Title);
        var titled = candidates.FindAll(candidate => candidate.TitleKey == key);
        // One that is there counts more than those of its title that were there before.
        var matches = titled.Exists(candidate => !candidate.Gone) ? titled.FindAll(candidate => !candidate.Gone) : titled;
        return matches switch
        {
            [var only] => only,
            [] => candidates.Find(candidate => candidate.Id == IdOf(name))
                ?? throw ApiException.Invalid("entitlements", $"{application.Name} has no entitlement '{name.ToString().Truncate()}'. Name each by its title or its id, as the catalog shows them."),
            _ => throw ApiException.Invalid("entitlements",
                $"{application.Name} has {matches.Count} entitlements titled '{name.ToString().Truncate()}', with the ids {string.Join(", ", matches.Select(match => match.Id).Order().Take(10))}. Name one by its id."),
        };
    }

    private static long? IdOf(EntitlementName name) =>
        name.Id ?? (long.TryParse(name.Title, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null);
}
