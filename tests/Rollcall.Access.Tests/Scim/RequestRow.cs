using System.Text.Json.Nodes;

namespace Rollcall.Access.Tests.Scim;

/// <summary>One row of a table of requests: what there is, what is sent, what is answered.</summary>
public sealed record RequestRow : Row
{
    /// <summary>What there is before; nothing but the integration if null.</summary>
    public RequestWorld? World { get; set; }

    /// <summary>The requests, one after the other.</summary>
    public IReadOnlyList<RequestStep> Steps { get; set; } = [];
}

/// <summary>An integration with its lists and Users. Their ids are known to the steps by <c>{title}</c> and <c>{name}</c>.</summary>
public sealed record RequestWorld
{
    public string Platform { get; set; } = "other";

    public JsonObject? Rules { get; set; }

    /// <summary>Titles of access lists.</summary>
    public IReadOnlyList<string> Lists { get; set; } = [];

    /// <summary>Users, whose names become addresses: <c>bob</c> is <c>bob@example.com</c>.</summary>
    public IReadOnlyList<string> Users { get; set; } = [];

    /// <summary>Members by the title of their list: names of Users or titles of lists.</summary>
    public Dictionary<string, IReadOnlyList<string>> Members { get; set; } = [];
}

/// <summary>
/// A request and what its answer must be like. In texts <c>{bob}</c> stands for an id, <c>{base}</c> for the SCIM base URL,
/// <c>{metadata}</c> for the URL of its metadata,
/// <c>{etag}</c> for the ETag of the answer before, and whatever a step saved for its value.
/// </summary>
public sealed record RequestStep
{
    /// <summary>Method and path below the SCIM base URL, such as <c>GET /Users/{bob}</c>.</summary>
    public string Send { get; set; } = "";

    /// <summary>The body as JSON.</summary>
    public JsonNode? Body { get; set; }

    /// <summary>The body as a text that need not be JSON.</summary>
    public string? Text { get; set; }

    /// <summary>The attributes of a User, as the body.</summary>
    public JsonObject? User { get; set; }

    /// <summary>The attributes of a Group, as the body.</summary>
    public JsonObject? Group { get; set; }

    /// <summary>The operations of a PATCH, as the body.</summary>
    public JsonArray? Patch { get; set; }

    /// <summary>The operations of a bulk request, as the body. A result's id is known to the steps that follow by its <c>bulkId</c>.</summary>
    public JsonArray? Bulk { get; set; }

    /// <summary>The <c>failOnErrors</c> beside <see cref="Bulk"/>.</summary>
    public JsonNode? FailOnErrors { get; set; }

    /// <summary>Headers of the request; an empty one leaves out the one that is sent usually.</summary>
    public Dictionary<string, string> With { get; set; } = [];

    /// <summary>Whose endpoint and token: the row's integration, or <c>stranger</c> for another's token.</summary>
    public string? As { get; set; }

    /// <summary>Whether the request is sent once more, as clients do that are not sure: then it changes nothing.</summary>
    public bool Twice { get; set; }

    public int Status { get; set; } = 200;

    public string? ScimType { get; set; }

    /// <summary>What the detail of the error contains.</summary>
    public string? Detail { get; set; }

    /// <summary>What <c>X-Rollcall-Changed</c> says.</summary>
    public bool? Changed { get; set; }

    /// <summary>Headers of the answer: null for absent, <c>*</c> for present.</summary>
    public Dictionary<string, string?> Headers { get; set; } = [];

    /// <summary>The part of the body that counts.</summary>
    public JsonNode? Answer { get; set; }

    /// <summary>What to remember, by name: a path into the body such as <c>id</c> or <c>meta.version</c>.</summary>
    public Dictionary<string, string> Save { get; set; } = [];
}
