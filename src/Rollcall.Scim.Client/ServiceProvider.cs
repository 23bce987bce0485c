using System.Text.Json;

namespace Rollcall.Scim.Client;

/// <summary>
/// What a server says of itself in <c>ServiceProviderConfig</c> (RFC 7643 §5, RFC 9865 §4). What it does not say is not
/// taken for "no limit".
/// </summary>
public sealed record ServiceProvider
{
    /// <summary>What is assumed of a server that has no <c>ServiceProviderConfig</c>: filters, and no more.</summary>
    public static ServiceProvider Unknown { get; } = new() { IsKnown = false, SupportsFilter = true };

    /// <summary>Whether the server said it.</summary>
    public bool IsKnown { get; private init; } = true;

    /// <summary>Whether resources are changed by PATCH.</summary>
    public bool SupportsPatch { get; private init; }

    /// <summary>Whether there are bulk requests.</summary>
    public bool SupportsBulk { get; private init; }

    /// <summary>Whether lists can be filtered: unless the server says that they can't.</summary>
    public bool SupportsFilter { get; private init; }

    /// <summary>Whether lists can be sorted.</summary>
    public bool SupportsSort { get; private init; }

    /// <summary>Whether resources have versions.</summary>
    public bool SupportsETag { get; private init; }

    /// <summary>Whether lists can be walked by cursor.</summary>
    public bool SupportsCursor { get; private init; }

    /// <summary>The most resources on a page that the server told, or null.</summary>
    public long? MaxPageSize { get; private init; }

    /// <summary>The least number of seconds that a cursor lives, or null where the server does not say.</summary>
    public long? CursorTimeout { get; private init; }

    /// <summary>The types of its <c>authenticationSchemes</c>, such as <c>oauthbearertoken</c>.</summary>
    public IReadOnlyList<string> AuthenticationSchemes { get; private init; } = [];

    internal static ServiceProvider Read(JsonElement config)
    {
        var pagination = config.Find("pagination");
        return new ServiceProvider
        {
            SupportsPatch = Supports(config, "patch"),
            SupportsBulk = Supports(config, "bulk"),
            SupportsFilter = config.Find("filter")?.Find("supported") is null || Supports(config, "filter"),
            SupportsSort = Supports(config, "sort"),
            SupportsETag = Supports(config, "etag"),
            SupportsCursor = pagination?.IsTrue("cursor") == true,
            // Of the two limits the smaller holds: index and cursor pages are both results of a query.
            MaxPageSize = Least(pagination?.Whole("maxPageSize"), config.Find("filter")?.Whole("maxResults")),
            CursorTimeout = pagination?.Whole("cursorTimeout"),
            AuthenticationSchemes = [.. config.Items("authenticationSchemes").Select(scheme => scheme.Text("type") ?? "").Where(type => type.Length > 0)],
        };
    }

    private static bool Supports(JsonElement config, string feature) => config.Find(feature)?.IsTrue("supported") == true;

    private static long? Least(long? one, long? other) => (one, other) switch
    {
        ( > 0, > 0) => Math.Min(one.Value, other.Value),
        ( > 0, _) => one,
        (_, > 0) => other,
        _ => null,
    };
}
