using System.Globalization;
using System.Text.Json.Nodes;
using Rollcall.IdentityIq.Applications;

namespace Rollcall.IdentityIq;

/// <summary>Between the attribute map, which both platforms share, and the properties of a definition.</summary>
internal static class AttributeMapping
{
    private const string OAuth = "OAuth2Login";

    /// <summary>The definition with what the map says; what is unknown is kept.</summary>
    public static ApplicationDefinition Read(ApplicationDefinition definition, AttributeReader from)
    {
        var blank = new ApplicationDefinition { Name = "" };
        return definition with
        {
            ConnectorClass = from.Text(Keys.ConnectorClass) ?? blank.ConnectorClass,
            BaseUrl = from.Text(Keys.Host),
            Authentication = ReadAuthentication(from),
            CustomHeaders = from.Map(Keys.CustomHeaders),
            Accept = from.Text(Keys.Accept),
            ContentType = from.Text(Keys.ContentType),
            PageSize = from.Number(Keys.PageSize, 1),
            TimeoutMinutes = from.Number(Keys.Timeout, 1),
            AccountFilter = from.Text(Keys.AccountFilter),
            GroupFilter = from.Text(Keys.GroupFilter),
            ExplicitAttributes = from.Flag(Keys.ExplicitAttributes),
            AggregationRootPath = from.Text(Keys.AggregationRootPath),
            RelaxConfiguration = from.Flag(Keys.RelaxConfiguration),
            UsePatch = from.Flag(Keys.UsePatch),
            SkipGroupUpdate = from.Flag(Keys.SkipGroupUpdate),
            UpdateGroupsViaUsers = from.Flag(Keys.UpdateGroupsViaUsers),
            RetryableErrors = from.Texts(Keys.RetryableErrors),
            ProvisioningMaxRetries = from.Number(Keys.MaxRetries, 0),
            ProvisioningRetryThreshold = from.Number(Keys.RetryThreshold, 0),
            Encrypted = from.Text(Keys.EncryptedKeys) is { } keys ? Split(keys) : blank.Encrypted,
            Attributes = from.Rest,
        };
    }

    /// <summary>The map as the definition has it, in the order in which it is written; secrets are placeholders.</summary>
    public static IEnumerable<(string Key, JsonNode? Value)> Write(ApplicationDefinition definition)
    {
        yield return (Keys.ConnectorClass, definition.ConnectorClass);
        var written = new HashSet<string> { Keys.ConnectorClass };
        foreach (var (key, value) in Known(definition).Where(entry => entry.Value is not null))
        {
            written.Add(key);
            yield return (key, value);
        }
        // What was unknown under another authentication may be known under this one.
        foreach (var (key, value) in definition.Attributes.Where(entry => !written.Contains(entry.Key)))
            yield return (key, value?.DeepClone());
    }

    /// <summary>The three attributes that <see cref="Keys.GroupChanges"/> names, as far as the definition says them.</summary>
    public static IEnumerable<(string Key, JsonNode? Value)> GroupChanges(ApplicationDefinition definition) =>
        from key in Keys.GroupChanges
        from entry in Known(definition)
        where entry.Key == key && entry.Value is not null
        select entry;

    private static IEnumerable<(string Key, JsonNode? Value)> Known(ApplicationDefinition definition) =>
    [
        (Keys.Host, definition.BaseUrl),
        .. WriteAuthentication(definition.Authentication),
        (Keys.CustomHeaders, Map(definition.CustomHeaders)),
        (Keys.Accept, definition.Accept),
        (Keys.ContentType, definition.ContentType),
        (Keys.PageSize, Number(definition.PageSize)),
        (Keys.Timeout, Number(definition.TimeoutMinutes)),
        (Keys.AccountFilter, definition.AccountFilter),
        (Keys.GroupFilter, definition.GroupFilter),
        (Keys.ExplicitAttributes, definition.ExplicitAttributes),
        (Keys.AggregationRootPath, definition.AggregationRootPath),
        (Keys.RelaxConfiguration, definition.RelaxConfiguration),
        (Keys.UsePatch, definition.UsePatch),
        (Keys.SkipGroupUpdate, definition.SkipGroupUpdate),
        (Keys.UpdateGroupsViaUsers, definition.UpdateGroupsViaUsers),
        (Keys.RetryableErrors, definition.RetryableErrors is { } errors ? new JsonArray([.. errors.Select(error => (JsonNode)error)]) : null),
        (Keys.MaxRetries, Number(definition.ProvisioningMaxRetries)),
        (Keys.RetryThreshold, Number(definition.ProvisioningRetryThreshold)),
        (Keys.EncryptedKeys, string.Join(',', definition.Encrypted)),
    ];

    private static Authentication ReadAuthentication(AttributeReader from)
    {
        var kind = from.Choice(Keys.AuthType,
            ("Basic", AuthenticationType.Basic), ("oauthBearer", AuthenticationType.ApiToken), (OAuth, AuthenticationType.RefreshToken),
            // Seen in XML; the connector takes it for the one before.
            ("oauth2", AuthenticationType.RefreshToken), ("No Auth", AuthenticationType.None)) ?? AuthenticationType.None;
        var isOAuth = kind == AuthenticationType.RefreshToken;
        // Without a grant type SailPoint uses a refresh token. With another authentication a grant type means nothing, and is kept.
        if (isOAuth)
        {
            kind = from.Choice(Keys.GrantType,
                ("CLIENT_CREDENTIALS", AuthenticationType.ClientCredentials), ("REFRESH_TOKEN", AuthenticationType.RefreshToken),
                ("JWT", AuthenticationType.Jwt), ("PASSWORD", AuthenticationType.Password)) ?? kind;
        }
        var read = new Authentication
        {
            Type = kind,
            TokenUrl = from.Text(Keys.TokenUrl),
            ClientId = from.Text(Keys.ClientId),
            UserName = UserKey(kind) is { } key ? from.Text(key) : null,
            TokenHeaders = from.Map(Keys.TokenHeaders),
            TokenParameters = from.Map(Keys.TokenParameters),
            OmittedTokenParameters = from.Map(Keys.OmittedTokenParameters).TryGetValue(Keys.OmittedTokenParameters, out var omitted) ? Split(omitted) : [],
        };
        foreach (var secret in read.NeededSecrets)
            from.Text(secret);
        return read;
    }

    private static IEnumerable<(string Key, JsonNode? Value)> WriteAuthentication(Authentication authentication)
    {
        yield return (Keys.AuthType, authentication.Type switch
        {
            AuthenticationType.Basic => "Basic",
            AuthenticationType.ApiToken => "oauthBearer",
            AuthenticationType.None => "No Auth",
            _ => OAuth,
        });
        yield return (Keys.GrantType, authentication.Type switch
        {
            AuthenticationType.ClientCredentials => "CLIENT_CREDENTIALS",
            AuthenticationType.RefreshToken => "REFRESH_TOKEN",
            AuthenticationType.Jwt => "JWT",
            AuthenticationType.Password => "PASSWORD",
            _ => null,
        });
        yield return (Keys.TokenUrl, authentication.TokenUrl);
        yield return (Keys.ClientId, authentication.ClientId);
        if (UserKey(authentication.Type) is { } key)
            yield return (key, authentication.UserName);
        foreach (var secret in authentication.NeededSecrets)
            yield return (secret, SecretKeys.Placeholder(secret));
        yield return (Keys.TokenHeaders, Map(authentication.TokenHeaders));
        yield return (Keys.TokenParameters, Map(authentication.TokenParameters));
        if (authentication.OmittedTokenParameters.Count > 0)
            yield return (Keys.OmittedTokenParameters, new JsonObject { [Keys.OmittedTokenParameters] = string.Join(',', authentication.OmittedTokenParameters) });
    }

    private static string? UserKey(AuthenticationType type) => type switch
    {
        AuthenticationType.Basic => Keys.User,
        AuthenticationType.Password => Keys.TokenUser,
        _ => null,
    };

    private static string[] Split(string names) => names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    // Both platforms keep numbers as text.
    private static JsonNode? Number(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static JsonObject? Map(IReadOnlyDictionary<string, string> map) =>
        map.Count == 0 ? null : new JsonObject(map.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));
}
