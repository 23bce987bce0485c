using System.Globalization;
using System.Text.Json;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Client;

/// <summary>Reads list messages (RFC 7644 §3.4.2, RFC 9865 §2).</summary>
internal static class ListMessage
{
    /// <summary>Reads one page and works out where the walk goes on.</summary>
    /// <param name="json">The message.</param>
    /// <param name="at">What was asked for.</param>
    /// <param name="before">The ids of the page before.</param>
    /// <param name="options">The connection's options.</param>
    /// <exception cref="ScimClientException">It is no list message.</exception>
    public static ScimPage Read(JsonElement json, ScimPosition at, IReadOnlySet<string> before, ScimClientOptions options)
    {
        if (json.ValueKind == JsonValueKind.Array && options.IsRelaxed)
            return Page([.. json.EnumerateArray().Select(item => Resource(item, options))], json.GetArrayLength(), null, hasShifted: false);
        if (!options.IsRelaxed && !json.Items("schemas").Any(schema => schema.ValueKind == JsonValueKind.String && schema.ValueEquals(SchemaUris.ListResponse)))
        {
            throw new ScimClientException(ScimFailure.Unreadable,
                $"The server answered a list without the schema {SchemaUris.ListResponse}. If it is not quite a SCIM 2.0 server, make the connection a relaxed one.");
        }
        ScimResource[] resources = [.. json.Items("Resources").Select(item => Resource(item, options))];
        var total = json.Whole("totalResults");

        // By cursor: an empty page is not the end, only a missing nextCursor is (RFC 9865 §2).
        if (at.Cursor is not null)
        {
            var next = json.Text("nextCursor") is { Length: > 0 } cursor ? new ScimPosition(cursor, 0, null) : null;
            return next?.Cursor == at.Cursor
                ? throw new ScimClientException(ScimFailure.Unreadable, "The server answered a page with its own cursor as the next: the walk would never end.")
                : Page(resources, total, next, hasShifted: false);
        }

        // By index: the server may send fewer than asked for, so its own number counts.
        if (total is null)
            throw new ScimClientException(ScimFailure.Unreadable, "The server answered a list without totalResults (RFC 7644 §3.4.2).");
        var start = at.StartIndex + resources.Length;
        var isRepeating = resources.Any(resource => before.Contains(resource.Id));
        if (isRepeating && json.Whole("startIndex") is { } answered && answered != at.StartIndex)
        {
            throw new ScimClientException(ScimFailure.Unreadable, string.Create(CultureInfo.InvariantCulture,
                $"The server was asked for a list from place {at.StartIndex}, and answered from place {answered} with what it had sent before: it does not page by startIndex, and the rest of its list can't be read."));
        }
        return Page(resources, total,
            resources.Length > 0 && start <= total ? new ScimPosition(null, start, total) : null,
            // A page that is empty before the end is not the end either: somebody left, or the server does not count what it shows.
            hasShifted: isRepeating || (at.Total is { } seen && seen != total) || (resources.Length == 0 && start <= total));
    }

    private static ScimPage Page(IReadOnlyList<ScimResource> resources, long? total, ScimPosition? next, bool hasShifted) =>
        new() { Resources = resources, TotalResults = total, Next = next, HasShifted = hasShifted };

    private static ScimResource Resource(JsonElement json, ScimClientOptions options) =>
        json.Text("id") is { Length: > 0 } id
            ? new ScimResource(json, id, options.BaseUrl, etag: null)
            : throw new ScimClientException(ScimFailure.Unreadable, "The server's list holds something without an \"id\": no SCIM resource (RFC 7643 §3.1).");
}
