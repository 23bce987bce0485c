using System.Collections.Frozen;
using Rollcall.IdentityIq.Applications;
using static Rollcall.IdentityIq.Evidence;

namespace Rollcall.IdentityIq;

/// <summary>The keys of an application's attributes, which both platforms share, and what is known of each.</summary>
public static class Keys
{
    internal const string ConnectorClass = "connectorClass";
    internal const string Host = "host";
    internal const string AuthType = "authType";
    internal const string GrantType = "grant_type";
    internal const string TokenUrl = "token_url";
    internal const string ClientId = "client_id";
    internal const string User = "user";
    internal const string TokenUser = "oauth2username";
    internal const string TokenHeaders = "oauth_headers";
    internal const string TokenParameters = "oauth_request_parameters";
    internal const string OmittedTokenParameters = "oauth_body_attrs_to_exclude";
    internal const string CustomHeaders = "noAuthHeaders";
    internal const string Accept = "accept";
    internal const string ContentType = "contentType";
    internal const string PageSize = "pageSize";
    internal const string Timeout = "timeout";
    internal const string AccountFilter = "accountFilter";
    internal const string GroupFilter = "groupFilter";
    internal const string ExplicitAttributes = "explicitAttributesRequest";
    internal const string AggregationRootPath = "aggregation_rootPath";
    internal const string RelaxConfiguration = "relaxConfiguration";
    internal const string UsePatch = "usePatch";
    internal const string SkipGroupUpdate = "skipGrpUpdate";
    internal const string UpdateGroupsViaUsers = "updateGroupsViaUsers";
    internal const string RetryableErrors = "retryableErrors";
    internal const string MaxRetries = "provisioningMaxRetries";
    internal const string RetryThreshold = "provisioningRetryThreshold";
    internal const string EncryptedKeys = "encrypted";
    internal const string Descriptions = "sysDescriptions";

    private static readonly FrozenDictionary<string, AttributeNote> Notes = new Dictionary<string, AttributeNote>
    {
        [ConnectorClass] = new(Measured, "the class of the SCIM 2.0 connector"),
        [Host] = new(Measured, "the SCIM base URL"),
        [AuthType] = new(Measured, "OAuth2Login for OAuth 2.0, oauthBearer for an API token, Basic, or No Auth"),
        [GrantType] = new(Unconfirmed, "the grant type of OAuth 2.0; choose it in the form if it is not taken from here"),
        [TokenUrl] = new(Unconfirmed, "the token URL; enter it in the form if it is not taken from here"),
        [ClientId] = new(Unconfirmed, "the client ID; enter it in the form if it is not taken from here"),
        [User] = new(Unconfirmed, "the user name of HTTP Basic"),
        [TokenUser] = new(Unconfirmed, "the user name of the password grant"),
        [SecretKeys.ClientSecret] = new(Documented, "the client secret, encrypted when it is saved"),
        [SecretKeys.ApiToken] = new(Documented, "the API token, encrypted when it is saved"),
        [SecretKeys.RefreshToken] = new(Documented, "the refresh token, encrypted when it is saved"),
        [SecretKeys.PrivateKey] = new(Documented, "the key that signs JWTs, encrypted when it is saved"),
        [SecretKeys.PrivateKeyPassword] = new(Documented, "the private key's password, encrypted when it is saved"),
        [SecretKeys.Password] = new(Unconfirmed, "the password of HTTP Basic"),
        [SecretKeys.UserPassword] = new(Documented, "the password of the password grant, encrypted when it is saved"),
        [TokenHeaders] = new(Documented, "headers of the token request"),
        [TokenParameters] = new(Documented, "further parameters of the token request, such as scope"),
        [OmittedTokenParameters] = new(Documented, "parameters that the token request leaves out"),
        [CustomHeaders] = new(Documented, "headers of every request, without other authentication"),
        [Accept] = new(Documented, "the Accept header"),
        [ContentType] = new(Documented, "the Content-Type header"),
        [PageSize] = new(Unconfirmed, "resources asked for at once; the name is not documented for SCIM 2.0"),
        [Timeout] = new(Unconfirmed, "minutes that a request may take; documented is the setting, not its name"),
        [AccountFilter] = new(Unconfirmed, "the filter of account aggregation; documented is the setting, not its name"),
        [GroupFilter] = new(Unconfirmed, "the filter of group aggregation; documented is the setting, not its name"),
        [ExplicitAttributes] = new(Documented, "whether aggregation names the attributes of the schema in the URL"),
        [AggregationRootPath] = new(Documented, "the JSON path of the resources in an answer"),
        [RelaxConfiguration] = new(Documented, "whether the server is a Non-compliant Server: no discovery, no validation"),
        [UsePatch] = new(Unconfirmed, "true sends updates by PATCH, otherwise by PUT, as users report"),
        [SkipGroupUpdate] = new(Measured, "true leaves group changes out and reports success; an export of 8.5 has true"),
        [UpdateGroupsViaUsers] = new(Documented, "true changes membership through the User"),
        [RetryableErrors] = new(Documented, "parts of error texts after which provisioning is tried again"),
        [MaxRetries] = new(Documented, "how often provisioning is tried again"),
        [RetryThreshold] = new(Documented, "minutes between two tries"),
        [EncryptedKeys] = new(Documented, "the attributes that are encrypted when the application is saved"),
        [Descriptions] = new(Measured, "the description, by locale"),
        ["load-by-sysclassloader"] = new(Measured, "what the connector needs of the system's class loader"),
        ["templateApplication"] = new(Measured, "the template that the application was made from"),
        ["jsonPathMapping"] = new(Documented, "JSON paths of attributes, for a Non-compliant Server"),
        ["rateLimitHeaders"] = new(Documented, "the names of rate limit headers"),
        ["maxApiCallsThresholdPercentage"] = new(Documented, "the share of the rate limit to use"),
        ["splitManagerAttribute"] = new(Documented, "whether manager becomes an attribute for each of its parts"),
        ["SSL_PROTOCOL_VERSION"] = new(Documented, "the version of TLS"),
        ["trustAllCert"] = new(Documented, "whether any certificate is accepted"),
        ["allowAllHosts"] = new(Documented, "whether a certificate may name another host"),
    }.ToFrozenDictionary();

    /// <summary>The three attributes by which concurrent changes of groups are sent and tried again.</summary>
    public static IReadOnlyList<string> GroupChanges { get; } = [RetryableErrors, UsePatch, SkipGroupUpdate];

    /// <summary>What is known of an attribute; null for one that this library does not know, and keeps as it is.</summary>
    /// <param name="key">Its key.</param>
    public static AttributeNote? NoteOf(string key) => Notes.GetValueOrDefault(key);
}
