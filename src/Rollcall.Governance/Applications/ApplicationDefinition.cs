using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Rollcall.Scim.Client;
using Rollcall.Scim.Messages;

namespace Rollcall.Governance.Applications;

/// <summary>
/// How one SCIM server is governed: where it is, how it is spoken to, and by which rules. Each save makes a version of it.
/// Secrets stand apart (<see cref="ApplicationSecrets"/>).
/// </summary>
public sealed record ApplicationDefinition
{
    /// <summary>What it is, for people; or null.</summary>
    public string? Description { get; init; }

    /// <summary>The id of the identity that is responsible for it; or null.</summary>
    public string? Owner { get; init; }

    /// <summary>The SCIM base URL, http or https, without user information.</summary>
    public string BaseUrl { get; init; } = "";

    /// <summary>How Rollcall shows who it is.</summary>
    public AuthenticationDefinition Authentication { get; init; } = new();

    /// <summary>The media type of bodies, and of what is accepted.</summary>
    public string MediaType { get; init; } = MediaTypes.Scim;

    /// <summary>Resources to ask for on a page, 1 to 10,000.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>Which Users are aggregated: a SCIM filter, or null for all.</summary>
    public string? AccountFilter { get; init; }

    /// <summary>Which Groups are aggregated: a SCIM filter, or null for all.</summary>
    public string? GroupFilter { get; init; }

    /// <summary>The attributes of Users to ask for; empty for what the server returns by default.</summary>
    public IReadOnlyList<string> AccountAttributes { get; init; } = [];

    /// <summary>The attributes of Groups to ask for, without members; empty for what the server returns by default.</summary>
    public IReadOnlyList<string> GroupAttributes { get; init; } = [];

    /// <summary>Texts of errors after which provisioning is tried again: each is looked for in the error as a part.</summary>
    public IReadOnlyList<string> RetryableErrors { get; init; } = ["412", "Precondition Failed", "429", "503"];

    /// <summary>How often a failed attempt is followed by another, 0 to 100.</summary>
    public int ProvisioningMaxRetries { get; init; } = 3;

    /// <summary>Seconds before the second attempt, 1 to 86,400; it doubles with each further one, with jitter.</summary>
    public int RetryInterval { get; init; } = 60;

    /// <summary>How many conflicts (412) an attempt goes through at once, each with a fresh read, before it counts as failed; 0 to 1,000.</summary>
    public int ConflictRetries { get; init; } = 20;

    /// <summary>Whether changes are made by PATCH (true) or PUT (false); null: as the server's configuration says.</summary>
    public bool? UsePatch { get; init; }

    /// <summary>When the version that a change was worked out from is sent with it.</summary>
    public VersionUse UseVersions { get; init; } = VersionUse.Auto;

    /// <summary>How lists are walked.</summary>
    public PagingMethod Paging { get; init; } = PagingMethod.Auto;

    /// <summary>Whether the server is not quite SCIM: discovery may be missing, lists may be bare arrays.</summary>
    public bool Relaxed { get; init; }

    /// <summary>Seconds that one request may take, 1 to 3,600.</summary>
    public int Timeout { get; init; } = 60;

    /// <summary>Percent of the accounts, or of the groups, that an aggregation may find gone without being asked; and always 10 of them. 0 to 100.</summary>
    public int VanishedLimit { get; init; } = 10;

    /// <summary>By which the accounts' people are found; null to leave it to people.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public CorrelationRule? Correlation { get; init; } = new();

    /// <summary>Who approves requests for its entitlements.</summary>
    public ApprovalScheme Approval { get; init; } = ApprovalScheme.Owner;

    /// <summary>The SCIM attributes of a new account, each with the template of its value: <c>userName</c>, <c>name.givenName</c>, <c>emails.work.value</c>.</summary>
    public IReadOnlyDictionary<string, string> CreatePolicy { get; init; } = new Dictionary<string, string>();

    /// <summary>The SCIM attributes that follow the identity after that, likewise.</summary>
    public IReadOnlyDictionary<string, string> UpdatePolicy { get; init; } = new Dictionary<string, string>();

    /// <summary>What becomes of the account of a leaver.</summary>
    public LeaverAction Leavers { get; init; } = LeaverAction.Disable;

    /// <summary>
    /// What a document of SailPoint said beyond all this, without secrets: kept so that an export gives it back
    /// (<see cref="SailPointDocument"/>). Null where the application was defined here.
    /// </summary>
    public JsonObject? SailPoint { get; init; }
}

/// <summary>How Rollcall shows an application's server who it is.</summary>
public sealed record AuthenticationDefinition
{
    /// <summary>In which way.</summary>
    public AuthenticationType Type { get; init; } = AuthenticationType.None;

    /// <summary>The token endpoint of OAuth 2.0; https except on loopback.</summary>
    public string? TokenUrl { get; init; }

    /// <summary>The client's id.</summary>
    public string? ClientId { get; init; }

    /// <summary>How id and secret are sent to the token endpoint.</summary>
    public Scim.Client.Authentication.ClientAuthentication ClientAuthentication { get; init; }

    /// <summary>The scope to ask for, or null.</summary>
    public string? Scope { get; init; }

    /// <summary>The user name of basic authentication and of the password grant.</summary>
    public string? UserName { get; init; }

    /// <summary>The <c>kid</c> of the private key, or null.</summary>
    public string? KeyId { get; init; }

    /// <summary><c>iss</c> of a signed assertion; the client id if null.</summary>
    public string? Issuer { get; init; }

    /// <summary><c>sub</c> of a signed assertion; the client id if null.</summary>
    public string? Subject { get; init; }

    /// <summary><c>aud</c> of a signed assertion; the token URL if null.</summary>
    public string? Audience { get; init; }

    /// <summary>Further parameters of the token request.</summary>
    public IReadOnlyDictionary<string, string> TokenParameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Further headers: of the token request, or of every request where there is no authentication.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}

/// <summary>The ways to authenticate.</summary>
public enum AuthenticationType
{
    /// <summary>Not at all.</summary>
    None,
    /// <summary>OAuth 2.0 client credentials, by secret or by private key.</summary>
    ClientCredentials,
    /// <summary>OAuth 2.0 refresh token.</summary>
    RefreshToken,
    /// <summary>OAuth 2.0 with a signed assertion (RFC 7523).</summary>
    Jwt,
    /// <summary>The deprecated OAuth 2.0 password grant.</summary>
    Password,
    /// <summary>A bearer token that was made by hand.</summary>
    ApiToken,
    /// <summary>User name and password with every request.</summary>
    Basic,
}

/// <summary>By which attribute the identity of an account is found.</summary>
public sealed record CorrelationRule
{
    /// <summary>The account's attribute, such as <c>userName</c>, <c>externalId</c> or <c>emails.value</c>.</summary>
    public string Account { get; init; } = "userName";

    /// <summary>The identity's: <c>id</c>, <c>email</c>, or one of its further attributes.</summary>
    public string Identity { get; init; } = "email";
}

/// <summary>Who approves an access request.</summary>
public enum ApprovalScheme
{
    /// <summary>The owner of the entitlement, else of the application, else an administrator.</summary>
    Owner,
    /// <summary>The manager of the person that it is for, else as <see cref="Owner"/>.</summary>
    Manager,
    /// <summary>The manager, then the owner.</summary>
    ManagerAndOwner,
    /// <summary>Nobody: a request is approved as it is made.</summary>
    None,
}

/// <summary>What becomes of the account of a person who has left.</summary>
public enum LeaverAction
{
    /// <summary>Its entitlements are removed and it is disabled.</summary>
    Disable,
    /// <summary>Its entitlements are removed and it is deleted.</summary>
    Delete,
    /// <summary>Only its entitlements are removed.</summary>
    Keep,
}
