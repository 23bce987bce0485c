using System.Text.Json.Nodes;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Messages;

/// <summary>What a service provider can do (RFC 7643 §5, RFC 9865 §4). The defaults are what Rollcall does.</summary>
public sealed record ServiceProviderConfig
{
    /// <summary>The address of documentation for people, or null.</summary>
    public string? DocumentationUri { get; init; }

    /// <summary>Whether PATCH is there.</summary>
    public bool Patch { get; init; } = true;

    /// <summary>Whether POST /Bulk is there.</summary>
    public bool Bulk { get; init; } = true;

    /// <summary>The most operations of one bulk request; told even where bulk is not supported.</summary>
    public required int BulkMaxOperations { get; init; }

    /// <summary>The greatest body of a bulk request, in bytes.</summary>
    public required long BulkMaxPayloadSize { get; init; }

    /// <summary>Whether filters are there.</summary>
    public bool Filter { get; init; } = true;

    /// <summary>The most resources of one answer.</summary>
    public required int FilterMaxResults { get; init; }

    /// <summary>Whether passwords can be changed.</summary>
    public bool ChangePassword { get; init; }

    /// <summary>Whether <c>sortBy</c> has effect.</summary>
    public bool Sort { get; init; } = true;

    /// <summary>Whether answers carry <c>ETag</c> and requests may carry <c>If-Match</c>.</summary>
    public bool ETag { get; init; } = true;

    /// <summary>How clients authenticate.</summary>
    public required IReadOnlyList<AuthenticationScheme> AuthenticationSchemes { get; init; }

    /// <summary>How lists are paged; null leaves the attribute out, for clients that refuse attributes newer than RFC 7643.</summary>
    public PaginationConfig? Pagination { get; init; }

    /// <summary>The resource as JSON.</summary>
    /// <param name="baseUrl">The SCIM base URL, without a slash at its end.</param>
    public JsonObject ToJson(string baseUrl)
    {
        var document = ScimJson.NewObject();
        document["schemas"] = new JsonArray(SchemaUris.ServiceProviderConfig);
        if (DocumentationUri is not null)
            document["documentationUri"] = DocumentationUri;
        document["patch"] = Supported(Patch);
        var bulk = Supported(Bulk);
        bulk["maxOperations"] = BulkMaxOperations;
        bulk["maxPayloadSize"] = BulkMaxPayloadSize;
        document["bulk"] = bulk;
        var filter = Supported(Filter);
        filter["maxResults"] = FilterMaxResults;
        document["filter"] = filter;
        document["changePassword"] = Supported(ChangePassword);
        document["sort"] = Supported(Sort);
        document["etag"] = Supported(ETag);
        if (Pagination is not null)
            document["pagination"] = Pagination.ToJson();
        document["authenticationSchemes"] = new JsonArray([.. AuthenticationSchemes.Select(scheme => scheme.ToJson())]);
        document["meta"] = Discovery.Meta("ServiceProviderConfig", $"{baseUrl}/ServiceProviderConfig");
        return document;
    }

    private static JsonObject Supported(bool supported) => new() { ["supported"] = supported };
}

/// <summary>One way to authenticate (RFC 7643 §5).</summary>
/// <param name="Type">One of <c>oauth</c>, <c>oauth2</c>, <c>oauthbearertoken</c>, <c>httpbasic</c>, <c>httpdigest</c>.</param>
/// <param name="Name">The name for people.</param>
/// <param name="Description">What to know about it.</param>
public sealed record AuthenticationScheme(string Type, string Name, string Description)
{
    /// <summary>The address of the specification, or null.</summary>
    public string? SpecUri { get; init; }

    /// <summary>The address of documentation for people, or null.</summary>
    public string? DocumentationUri { get; init; }

    /// <summary>Whether it is the preferred one; at most one is.</summary>
    public bool Primary { get; init; }

    internal JsonObject ToJson()
    {
        var scheme = new JsonObject { ["type"] = Type, ["name"] = Name, ["description"] = Description };
        if (SpecUri is not null)
            scheme["specUri"] = SpecUri;
        if (DocumentationUri is not null)
            scheme["documentationUri"] = DocumentationUri;
        if (Primary)
            scheme["primary"] = true;
        return scheme;
    }
}

/// <summary>How lists are paged (RFC 9865 §4).</summary>
public sealed record PaginationConfig
{
    /// <summary>Whether paging by cursor is there.</summary>
    public required bool Cursor { get; init; }

    /// <summary>Whether paging by index is there.</summary>
    public required bool Index { get; init; }

    /// <summary><c>cursor</c> or <c>index</c>: what a query gets that asks for neither; null leaves it unsaid.</summary>
    public string? DefaultPaginationMethod { get; init; }

    /// <summary>The size of a page where the client names none; null leaves it unsaid.</summary>
    public int? DefaultPageSize { get; init; }

    /// <summary>The greatest page; null leaves it unsaid.</summary>
    public int? MaxPageSize { get; init; }

    /// <summary>How many seconds a cursor lives at least; null leaves it unsaid.</summary>
    public int? CursorTimeout { get; init; }

    internal JsonObject ToJson()
    {
        var pagination = new JsonObject { ["cursor"] = Cursor, ["index"] = Index };
        if (DefaultPaginationMethod is not null)
            pagination["defaultPaginationMethod"] = DefaultPaginationMethod;
        if (DefaultPageSize is { } size)
            pagination["defaultPageSize"] = size;
        if (MaxPageSize is { } most)
            pagination["maxPageSize"] = most;
        if (CursorTimeout is { } seconds)
            pagination["cursorTimeout"] = seconds;
        return pagination;
    }
}
