using Rollcall.IdentityIq.Applications;
using Rollcall.Scim.Client.Authentication;
using Ours = Rollcall.Governance.Applications;

namespace Rollcall.Governance.Applications;

/// <summary>An application as SailPoint describes one: what is set here, over what was kept of the document that it came from.</summary>
internal static class SailPointExport
{
    /// <summary>The parameters of the token request that hold id and secret.</summary>
    public static readonly string[] ClientParameters = ["client_id", "client_secret"];

    /// <summary>The entry among the token request's headers that names those left out.</summary>
    public const string ExcludedHeaders = "oauth_headers_to_exclude";

    /// <summary>The header that holds id and secret.</summary>
    public const string AuthorizationHeader = "Authorization";

    /// <summary>The parameter that has a place of its own here.</summary>
    public const string Scope = "scope";

    /// <summary>SailPoint's definition of an application.</summary>
    /// <param name="application">The application.</param>
    /// <param name="discovered">What the last discovery found, by resource type.</param>
    public static IdentityIq.Applications.ApplicationDefinition Of(Application application, IReadOnlyDictionary<string, IReadOnlyList<DiscoveredAttribute>> discovered)
    {
        var ours = application.Definition;
        var kept = SailPointDocument.KeptOf(ours) ?? new IdentityIq.Applications.ApplicationDefinition { Name = application.Name };
        return kept with
        {
            Description = ours.Description,
            Owner = ours.Owner is null || kept.Owner?.Name == ours.Owner ? kept.Owner : new ObjectReference(ours.Owner),
            BaseUrl = ours.BaseUrl,
            Authentication = AuthenticationOf(ours.Authentication, kept.Authentication),
            CustomHeaders = ours.Authentication.Type == Ours.AuthenticationType.None ? Union(ours.Authentication.Headers, SailPointImport.Placeholders(kept.CustomHeaders)) : kept.CustomHeaders,
            Accept = kept.Accept ?? ours.MediaType,
            ContentType = ours.MediaType,
            PageSize = ours.PageSize,
            TimeoutMinutes = Minutes(ours.Timeout),
            AccountFilter = ours.AccountFilter,
            GroupFilter = ours.GroupFilter,
            ExplicitAttributes = ours.AccountAttributes.Count + ours.GroupAttributes.Count > 0 ? true : kept.ExplicitAttributes,
            RelaxConfiguration = ours.Relaxed,
            UsePatch = ours.UsePatch,
            SkipGroupUpdate = kept.SkipGroupUpdate ?? false,
            RetryableErrors = ours.RetryableErrors.Count == 0 ? null : ours.RetryableErrors,
            ProvisioningMaxRetries = ours.ProvisioningMaxRetries,
            ProvisioningRetryThreshold = Minutes(ours.RetryInterval),
            Schemas = [.. Schemas(kept.Schemas, discovered)],
            Forms = SailPointPolicies.Write(kept.Forms, ours),
            Correlation = CorrelationOf(application, kept.Correlation),
        };
    }

    /// <summary>Seconds as the whole minutes that SailPoint counts, rounded up.</summary>
    public static int Minutes(int seconds) => (seconds + 59) / 60;

    private static Authentication AuthenticationOf(AuthenticationDefinition ours, Authentication kept)
    {
        var isOAuth = ours.Type is Ours.AuthenticationType.ClientCredentials or Ours.AuthenticationType.RefreshToken or Ours.AuthenticationType.Jwt or Ours.AuthenticationType.Password;
        var written = kept with
        {
            Type = Enum.Parse<IdentityIq.Applications.AuthenticationType>(ours.Type.ToString()),
            TokenUrl = ours.TokenUrl,
            ClientId = ours.ClientId,
            UserName = ours.UserName,
        };
        if (!isOAuth)
            return written;
        var parameters = Union(ours.TokenParameters, SailPointImport.Placeholders(kept.TokenParameters));
        if (ours.Scope is { } scope)
            parameters = new Dictionary<string, string>(parameters) { [Scope] = scope };
        var headers = new Dictionary<string, string>(Union(ours.Headers, SailPointImport.Others(kept.TokenHeaders)));
        if (ours.ClientAuthentication == ClientAuthentication.Body)
            headers[ExcludedHeaders] = headers.TryGetValue(ExcludedHeaders, out var others) ? $"{AuthorizationHeader},{others}" : AuthorizationHeader;
        return written with
        {
            TokenParameters = parameters,
            TokenHeaders = headers,
            OmittedTokenParameters = [.. ours.ClientAuthentication == ClientAuthentication.Basic ? ClientParameters : [], .. kept.OmittedTokenParameters.Except(ClientParameters)],
        };
    }

    private static IReadOnlyDictionary<string, string> Union(IReadOnlyDictionary<string, string> ours, IReadOnlyDictionary<string, string> kept) =>
        kept.Count == 0 ? ours : kept.Where(entry => !ours.ContainsKey(entry.Key)).Concat(ours).ToDictionary(entry => entry.Key, entry => entry.Value);

    // A document that only names a configuration of rules says nothing of them: they stay the platform's.
    private static Correlation? CorrelationOf(Application application, Correlation? kept)
    {
        if (kept is { Rules.Count: 0 })
            return kept;
        if (application.Definition.Correlation is not { } rule || SailPointNames.TheirName(rule.Identity) is not { } identity)
            return kept is null ? null : kept with { Rules = [] };
        var first = new IdentityIq.Applications.CorrelationRule(identity, rule.Account);
        return kept is null
            ? new Correlation { Reference = new ObjectReference($"{application.Name} Correlation"), Rules = [first] }
            : kept.Rules[0] is var known && SailPointNames.OurName(known.IdentityAttribute) == rule.Identity && known.AccountAttribute == rule.Account
                ? kept
                : kept with { Rules = [first, .. kept.Rules.Skip(1)] };
    }

    private static IEnumerable<ObjectSchema> Schemas(IReadOnlyList<ObjectSchema> kept, IReadOnlyDictionary<string, IReadOnlyList<DiscoveredAttribute>> discovered)
    {
        (string Kind, string Type, string Display)[] known = [(ObjectSchema.Account, "User", "userName"), (ObjectSchema.Group, "Group", "displayName")];
        foreach (var schema in kept)
            yield return With(schema, known.FirstOrDefault(kind => kind.Kind == schema.ObjectType).Type is { } type ? discovered.GetValueOrDefault(type) ?? [] : []);
        foreach (var (kind, type, display) in known.Where(kind => kept.All(schema => schema.ObjectType != kind.Kind) && discovered.ContainsKey(kind.Type)))
            yield return With(new ObjectSchema { ObjectType = kind, NativeObjectType = type, IdentityAttribute = "id", DisplayAttribute = display }, discovered[type]);
    }

    // members is left out: SailPoint reads membership from accounts, and would store every member of a group in the group.
    private static ObjectSchema With(ObjectSchema schema, IReadOnlyList<DiscoveredAttribute> discovered)
    {
        var names = schema.Attributes.Select(attribute => attribute.Name).ToHashSet(StringComparer.Ordinal);
        return schema with
        {
            Attributes = [.. schema.Attributes, .. discovered.Where(attribute => attribute.Name != "members" && !names.Contains(attribute.Name)).Select(attribute => new SchemaAttribute
            {
                Name = attribute.Name,
                // Times stay text: SailPoint's date has a form of its own.
                Type = attribute.Type switch { "boolean" => SchemaAttributeType.Boolean, "integer" => SchemaAttributeType.Long, _ => SchemaAttributeType.String },
                MultiValued = attribute.Multi,
                Required = attribute.Required,
                Entitlement = attribute.Entitlement,
                Managed = attribute.Entitlement,
                SchemaObjectType = attribute.Entitlement ? ObjectSchema.Group : null,
            })],
        };
    }
}
