using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Scim.Projections;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Messages;

/// <summary>
/// What a query asks for: the query parameters of GET (RFC 7644 §3.4.2, RFC 9865 §2), or the body of POST .search
/// (RFC 7644 §3.4.3). Filter, sort attribute and cursor are texts here: others know what they mean.
/// </summary>
public sealed record ListQuery
{
    private static readonly string[] ListNames = ["attributes", "excludedAttributes"];

    /// <summary>The filter, or null. An empty filter is kept: it is a fault, not "everything".</summary>
    public string? Filter { get; init; }

    /// <summary>The attribute to sort by, or null.</summary>
    public string? SortBy { get; init; }

    /// <summary>Whether to sort from the greatest; means nothing without <see cref="SortBy"/>.</summary>
    public bool Descending { get; init; }

    /// <summary>The place of the first resource, 1 or more; null where the client doesn't say.</summary>
    public long? StartIndex { get; init; }

    /// <summary>The most resources that the client takes, 0 or more; null where it doesn't say. The server may have a lower limit of its own.</summary>
    public int? Count { get; init; }

    /// <summary>
    /// The cursor: empty for the first page of a walk, null where the parameter is not there at all. Its presence is what
    /// chooses paging by cursor (RFC 9865 §2.4).
    /// </summary>
    public string? Cursor { get; init; }

    /// <summary>The names to return only, or null.</summary>
    public IReadOnlyList<string>? Attributes { get; init; }

    /// <summary>The names not to return, or null.</summary>
    public IReadOnlyList<string>? ExcludedAttributes { get; init; }

    /// <summary>The projection that is asked for, on resources of the type.</summary>
    public Projection Projection(ResourceType type) => Projections.Projection.Create(Attributes, ExcludedAttributes, type);

    /// <summary>
    /// Reads query parameters, decoded once. Names match in any case; unknown ones are ignored (RFC 7644 §3.4.2). A null
    /// value is a parameter without <c>=</c>, as <c>?cursor</c>.
    /// </summary>
    /// <exception cref="ScimException">
    /// <c>invalidValue</c> for numbers that are not integers (<c>invalidCount</c> for <c>count</c> with a cursor, RFC 9865
    /// §2.1), an unknown <c>sortOrder</c>, a parameter given twice, and pairs that exclude each other.
    /// </exception>
    public static ListQuery FromParameters(IEnumerable<KeyValuePair<string, string?>> parameters)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in parameters)
        {
            if (values.TryAdd(name, value ?? ""))
                continue;
            if (IsList(name))
                values[name] += "," + value;
            else if (IsKnown(name))
                throw ScimException.InvalidValue($"The parameter \"{name}\" is given twice.");
        }
        var cursor = values.GetValueOrDefault("cursor");
        return Checked(new ListQuery
        {
            Filter = values.GetValueOrDefault("filter"),
            SortBy = Blank(values.GetValueOrDefault("sortBy")),
            Descending = IsDescending(values.GetValueOrDefault("sortOrder")),
            StartIndex = Index(Whole(values.GetValueOrDefault("startIndex"), "startIndex", cursor)),
            Count = Limit(Whole(values.GetValueOrDefault("count"), "count", cursor)),
            Cursor = cursor,
            Attributes = Names(values.GetValueOrDefault("attributes")),
            ExcludedAttributes = Names(values.GetValueOrDefault("excludedAttributes")),
        });
    }

    /// <summary>Reads a SearchRequest; keys that are null count as absent, unknown ones are ignored.</summary>
    /// <exception cref="ScimException">
    /// As <see cref="FromParameters"/>; <c>invalidSyntax</c> where the body is no SearchRequest, also for names of attributes
    /// that are not in an array of texts.
    /// </exception>
    public static ListQuery FromSearchRequest(JsonObject body)
    {
        MessageSchemas.Require(body, SchemaUris.SearchRequest);
        var cursor = Text(body, "cursor");
        return Checked(new ListQuery
        {
            Filter = Text(body, "filter"),
            SortBy = Blank(Text(body, "sortBy")),
            Descending = IsDescending(Text(body, "sortOrder")),
            StartIndex = Index(Whole(Number(body, "startIndex", cursor), "startIndex", cursor)),
            Count = Limit(Whole(Number(body, "count", cursor), "count", cursor)),
            Cursor = cursor,
            Attributes = Names(body, "attributes"),
            ExcludedAttributes = Names(body, "excludedAttributes"),
        });
    }

    private static ListQuery Checked(ListQuery query)
    {
        if (query.Cursor is not null && query.StartIndex is not null)
            throw ScimException.InvalidValue("\"cursor\" and \"startIndex\" exclude each other; send one of them.");
        if (query.Attributes is not null && query.ExcludedAttributes is not null)
            throw ScimException.InvalidValue("\"attributes\" and \"excludedAttributes\" exclude each other; send one of them.");
        return query;
    }

    private static bool IsList(string name) => ListNames.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static bool IsKnown(string name) =>
        name.ToUpperInvariant() is "FILTER" or "SORTBY" or "SORTORDER" or "STARTINDEX" or "COUNT" or "CURSOR";

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static bool IsDescending(string? order) => order?.Trim().ToUpperInvariant() switch
    {
        null or "" or "ASCENDING" => false,
        "DESCENDING" => true,
        _ => throw ScimException.InvalidValue("\"sortOrder\" must be \"ascending\" or \"descending\"."),
    };

    /// <summary>An integer of any size: one that is too great for the server is still one.</summary>
    private static BigInteger? Whole(string? text, string name, string? cursor)
    {
        if (text is null)
            return null;
        // Nobody counts with a hundred digits; parsing more would cost more than it says.
        return text.Length <= 100 && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw NotWhole(name, cursor);
    }

    private static ScimException NotWhole(string name, string? cursor) => name == "count" && cursor is not null
        ? ScimException.InvalidCount("\"count\" must be an integer.")
        : ScimException.InvalidValue($"\"{name}\" must be an integer.");

    private static long? Index(BigInteger? number) => number is { } n ? (long)BigInteger.Clamp(n, 1, long.MaxValue) : null;

    private static int? Limit(BigInteger? number) => number is { } n ? (int)BigInteger.Clamp(n, 0, int.MaxValue) : null;

    private static IReadOnlyList<string>? Names(string? text) =>
        string.IsNullOrWhiteSpace(text) ? null : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string? Text(JsonObject body, string name)
    {
        var value = body[name];
        if (value is null)
            return null;
        return value.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>()
            : throw ScimException.InvalidSyntax($"\"{name}\" must be a string, not {Faults.Kind(value)}.");
    }

    private static string? Number(JsonObject body, string name, string? cursor)
    {
        var value = body[name];
        if (value is null)
            return null;
        return value.GetValueKind() == JsonValueKind.Number ? value.ToJsonString() : throw NotWhole(name, cursor);
    }

    private static List<string>? Names(JsonObject body, string name)
    {
        if (body[name] is not { } value)
            return null;
        if (value is not JsonArray array || array.Any(item => item?.GetValueKind() != JsonValueKind.String))
            throw ScimException.InvalidSyntax($"\"{name}\" must be an array of strings.");
        return array.Count == 0 ? null : [.. array.Select(item => item!.GetValue<string>())];
    }
}
