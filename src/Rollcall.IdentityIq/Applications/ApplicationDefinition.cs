using System.Text.Json.Nodes;

namespace Rollcall.IdentityIq.Applications;

/// <summary>
/// A SCIM 2.0 application as SailPoint describes it: an <c>Application</c> of IdentityIQ, a source of Identity Security
/// Cloud. It holds no secret. What is null is not said by the document, and not written. All that a document says and
/// that has no property here is kept in <see cref="Attributes"/> and in <see cref="Remainder"/>, so that reading and writing lose nothing but
/// comments and secrets. It can be kept as JSON by the framework's serializer.
/// </summary>
public sealed record ApplicationDefinition
{
    /// <summary>The type of application that SailPoint's SCIM 2.0 connector serves.</summary>
    public const string Scim2 = "SCIM 2.0";

    /// <summary>The name, unique in the platform.</summary>
    public required string Name { get; init; }

    /// <summary>The application type, as a person chooses it.</summary>
    public string Type { get; init; } = Scim2;

    /// <summary>The Java class by which IdentityIQ runs the connector. Identity Security Cloud has none.</summary>
    public string Connector { get; init; } = "sailpoint.connector.OpenConnectorAdapter";

    /// <summary>The Java class of the connector itself.</summary>
    public string ConnectorClass { get; init; } = "openconnector.connector.scim2.SCIM2Connector";

    /// <summary>What the application is for; in XML the description of the locale <c>en_US</c>.</summary>
    public string? Description { get; init; }

    /// <summary>Who answers for it.</summary>
    public ObjectReference? Owner { get; init; }

    /// <summary>The SCIM base URL.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>How the connector authenticates; without secrets.</summary>
    public Authentication Authentication { get; init; } = new();

    /// <summary>The media type that requests accept.</summary>
    public string? Accept { get; init; }

    /// <summary>The media type that requests are sent with.</summary>
    public string? ContentType { get; init; }

    /// <summary>Headers of every request where nothing else authenticates it.</summary>
    public IReadOnlyDictionary<string, string> CustomHeaders { get; init; } = new Dictionary<string, string>();

    /// <summary>How many resources are asked for at once, 1 or more.</summary>
    public int? PageSize { get; init; }

    /// <summary>How long a request may take, in minutes, 1 or more.</summary>
    public int? TimeoutMinutes { get; init; }

    /// <summary>The SCIM filter of account aggregation.</summary>
    public string? AccountFilter { get; init; }

    /// <summary>The SCIM filter of group aggregation.</summary>
    public string? GroupFilter { get; init; }

    /// <summary>Whether aggregation names the attributes of the schema in its requests.</summary>
    public bool? ExplicitAttributes { get; init; }

    /// <summary>The JSON path of the resources in an answer, where a server does not call them <c>Resources</c>.</summary>
    public string? AggregationRootPath { get; init; }

    /// <summary>Whether the server is taken as one that does not follow SCIM: no discovery, no validation of answers.</summary>
    public bool? RelaxConfiguration { get; init; }

    /// <summary>Whether updates are sent by PATCH; otherwise by PUT.</summary>
    public bool? UsePatch { get; init; }

    /// <summary>Whether changes of group membership are left out: success is reported, and nothing is sent.</summary>
    public bool? SkipGroupUpdate { get; init; }

    /// <summary>Whether group membership is changed through the User.</summary>
    public bool? UpdateGroupsViaUsers { get; init; }

    /// <summary>Parts of error texts after which provisioning is tried again; null if not said, empty for none.</summary>
    public IReadOnlyList<string>? RetryableErrors { get; init; }

    /// <summary>How often provisioning is tried again, 0 or more.</summary>
    public int? ProvisioningMaxRetries { get; init; }

    /// <summary>How long to wait between two tries, in minutes, 0 or more.</summary>
    public int? ProvisioningRetryThreshold { get; init; }

    /// <summary>The attributes that the platform encrypts when it stores the application.</summary>
    public IReadOnlyList<string> Encrypted { get; init; } = SecretKeys.Encrypted;

    /// <summary>The schemas of accounts and groups.</summary>
    public IReadOnlyList<ObjectSchema> Schemas { get; init; } = [];

    /// <summary>The provisioning policies.</summary>
    public IReadOnlyList<ProvisioningForm> Forms { get; init; } = [];

    /// <summary>How accounts find their identities.</summary>
    public Correlation? Correlation { get; init; }

    /// <summary>
    /// Further entries of the attribute map, by key: text, booleans, whole numbers, lists and maps. A value that is
    /// none of these is kept as XML, in an object with the one member <c>$xml</c>.
    /// </summary>
    public JsonObject Attributes { get; init; } = [];

    /// <summary>What else is said of the application.</summary>
    public Remainder Remainder { get; init; } = new();

    /// <summary>Other objects that stand beside the application in the XML document, verbatim.</summary>
    public IReadOnlyList<string> OtherObjects { get; init; } = [];
}

/// <summary>Another object of the platform.</summary>
/// <param name="Name">Its name.</param>
public sealed record ObjectReference(string Name)
{
    /// <summary>What else is said of it, such as its id in the platform that the document came from.</summary>
    public Remainder Remainder { get; init; } = new();
}
