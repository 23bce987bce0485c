using System.Text.Json.Nodes;

namespace Rollcall.Access.Tests.Clients;

/// <summary>A file of <c>tests/clients</c>: the whole life of one client, as it speaks on the wire.</summary>
internal sealed record Conversation
{
    /// <summary>The client, as its users call it.</summary>
    public required string Client { get; init; }

    /// <summary>What <c>--platform</c> is; all other settings are its defaults.</summary>
    public required string Platform { get; init; }

    /// <summary>Where the forms of the requests are described in public.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>What we could not confirm: corrections are welcome.</summary>
    public IReadOnlyList<string> Unconfirmed { get; init; } = [];

    /// <summary>What the client keeps at the end of its SCIM base URL, and so sends with every request.</summary>
    public string? Query { get; init; }

    /// <summary>Headers of every request to a SCIM endpoint.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Titles of the access lists that an administrator made beforehand.</summary>
    public required IReadOnlyList<string> Lists { get; init; }

    /// <summary>The stages, all of <see cref="ConversationStage.Names"/> in their order.</summary>
    public required IReadOnlyList<ConversationStage> Life { get; init; }
}

/// <summary>What the client does at one time of its life.</summary>
internal sealed record ConversationStage
{
    /// <summary>The stages of every life.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "connection test", "discovery", "first import", "create user", "add member", "remove member", "rename group",
        "disable user", "enable user", "delete user", "delete group", "create again",
    ];

    public required string Stage { get; init; }

    /// <summary>Why the client does nothing here.</summary>
    public string? Nothing { get; init; }

    /// <summary>What a reader should know.</summary>
    public string? Note { get; init; }

    public IReadOnlyList<ConversationRequest> Requests { get; init; } = [];

    /// <summary>
    /// User names of the members of each access list afterwards, by its first title; null for a list that the client has
    /// given up and no longer sees. Stated for every list where anything was written.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>?>? Lists { get; init; }
}

/// <summary>A request, what it is answered, and what the same request is answered when it is sent once more.</summary>
internal sealed record ConversationRequest
{
    /// <summary>Method and path below the SCIM base URL, or <c>POST {tokenUrl}</c>.</summary>
    public required string Send { get; init; }

    /// <summary>What a reader should know.</summary>
    public string? Note { get; init; }

    /// <summary>Headers beside, or instead of, those of the file; an empty one is left out.</summary>
    public IReadOnlyDictionary<string, string> With { get; init; } = new Dictionary<string, string>();

    public JsonNode? Body { get; init; }

    /// <summary>A body of type <c>application/x-www-form-urlencoded</c>.</summary>
    public IReadOnlyDictionary<string, string>? Form { get; init; }

    public required ConversationAnswer Expect { get; init; }

    /// <summary>The answer to the repetition; the same as the first for GET, where it is not stated.</summary>
    public ConversationAnswer? Again { get; init; }
}

/// <summary>What an answer must be like.</summary>
internal sealed record ConversationAnswer
{
    public required int Status { get; init; }

    public string? ScimType { get; init; }

    /// <summary>What the detail of an error contains.</summary>
    public string? Detail { get; init; }

    /// <summary>Whether anything was changed. False also says that the version is the one before.</summary>
    public bool? Changed { get; init; }

    /// <summary>Headers: null for absent, <c>*</c> for present.</summary>
    public IReadOnlyDictionary<string, string?> Headers { get; init; } = new Dictionary<string, string?>();

    /// <summary>The part of the body that counts: null for absent, <c>*</c> for present, arrays whole.</summary>
    public JsonNode? Body { get; init; }

    /// <summary>What later requests need, by name: a path into the body such as <c>Resources.0.id</c>.</summary>
    public IReadOnlyDictionary<string, string> Save { get; init; } = new Dictionary<string, string>();
}
