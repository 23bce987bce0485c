using System.Globalization;
using System.Text.Json.Nodes;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Client;

/// <summary>Writes requests for lists: as a query (RFC 7644 §3.4.2), or as the body of <c>.search</c> (§3.4.3).</summary>
internal static class ListRequestMessage
{
    /// <summary>The body of <c>.search</c>.</summary>
    public static JsonObject Body(ScimListRequest request, ScimPosition at, int count)
    {
        var body = new JsonObject { ["schemas"] = new JsonArray(SchemaUris.SearchRequest), ["filter"] = request.Filter };
        if (request.Attributes is { } attributes)
            body["attributes"] = new JsonArray([.. attributes.Select(name => (JsonNode)name)]);
        if (request.ExcludedAttributes is { } excluded)
            body["excludedAttributes"] = new JsonArray([.. excluded.Select(name => (JsonNode)name)]);
        if (at.Cursor is { } cursor)
            body["cursor"] = cursor;
        else
            body["startIndex"] = at.StartIndex;
        body["count"] = count;
        return body;
    }

    /// <summary>The query of a GET, without question mark.</summary>
    public static string? Query(ScimListRequest request, ScimPosition at, int count) => Query(
        ("filter", request.Filter is null ? null : [request.Filter]),
        ("attributes", request.Attributes),
        ("excludedAttributes", request.ExcludedAttributes),
        at.Cursor is null ? ("startIndex", [at.StartIndex.ToString(CultureInfo.InvariantCulture)]) : ("cursor", [at.Cursor]),
        ("count", [count.ToString(CultureInfo.InvariantCulture)]));

    /// <summary>A query, encoded; parameters without values are left out, and null is what is left of none.</summary>
    public static string? Query(params ReadOnlySpan<(string Name, IReadOnlyList<string>? Values)> parameters)
    {
        var parts = new List<string>();
        foreach (var (name, values) in parameters)
        {
            if (values is not null)
                parts.Add($"{name}={Uri.EscapeDataString(string.Join(',', values))}");
        }
        return parts.Count == 0 ? null : string.Join('&', parts);
    }
}
