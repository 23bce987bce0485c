using System.Text.Json.Nodes;

namespace Rollcall.Access.Tests.Api;

/// <summary>One row of a table of requests to the admin API.</summary>
public sealed record ApiRow : Row
{
    public IReadOnlyList<ApiStep> Steps { get; set; } = [];
}

/// <summary>
/// A request and what its answer must be like. In texts <c>{n}</c> stands for the row's own number, which makes names its
/// own, <c>{etag}</c> for the last ETag, and whatever a step saved for its value.
/// </summary>
public sealed record ApiStep
{
    /// <summary>Method and path below <c>/api/v1</c>.</summary>
    public string Send { get; set; } = "";

    /// <summary>The body as JSON.</summary>
    public JsonNode? Body { get; set; }

    /// <summary>The body as a text that need not be JSON.</summary>
    public string? Text { get; set; }

    /// <summary>Headers of the request; an empty one leaves out the one that is sent usually.</summary>
    public Dictionary<string, string> With { get; set; } = [];

    /// <summary>How many seconds pass before.</summary>
    public int After { get; set; }

    public int Status { get; set; } = 200;

    /// <summary>The member of the body that an error is about.</summary>
    public string? Field { get; set; }

    /// <summary>What the detail of the error contains.</summary>
    public string? Detail { get; set; }

    /// <summary>Headers of the answer: null for absent, <c>*</c> for present.</summary>
    public Dictionary<string, string?> Headers { get; set; } = [];

    /// <summary>The part of the body that counts.</summary>
    public JsonNode? Answer { get; set; }

    /// <summary>What to remember, by name: a path into the body such as <c>items.0.id</c>.</summary>
    public Dictionary<string, string> Save { get; set; } = [];
}
