using System.Text.Json.Nodes;
using Rollcall.Access.OAuth;
using Rollcall.IdentityIq.Applications;
using Rollcall.Scim.Messages;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Integrations;

/// <summary>An integration as the application that SailPoint is to have for it: all that a person would enter by hand, but the secret.</summary>
internal static class IntegrationApplication
{
    /// <summary>What is common to both platforms.</summary>
    /// <param name="integration">The integration.</param>
    /// <param name="publicUrl">Where this side is reached.</param>
    public static ApplicationDefinition Of(Integration integration, string publicUrl) => new()
    {
        Name = $"Rollcall {integration.Name}",
        Description = $"Access lists of Rollcall, through its integration {integration.Name}.",
        BaseUrl = OAuthServer.ScimBaseUrl(publicUrl, integration),
        Authentication = new Authentication
        {
            Type = AuthenticationType.ClientCredentials,
            TokenUrl = OAuthServer.TokenUrl(publicUrl),
            ClientId = integration.ClientId,
        },
        Accept = MediaTypes.Scim,
        ContentType = MediaTypes.Scim,
        RelaxConfiguration = false,
        UsePatch = true,
        SkipGroupUpdate = false,
        RetryableErrors = ["412", "Precondition Failed"],
        ProvisioningMaxRetries = 3,
        ProvisioningRetryThreshold = 1,
        Schemas =
        [
            DiscoveredSchema.Account(ResourceTypes.User),
            DiscoveredSchema.Group(integration.Rules.GroupRename == GroupRename.Refuse ? ResourceTypes.GroupWithFixedName : ResourceTypes.Group),
        ],
        Forms = [Create],
    };

    /// <summary>With what only IdentityIQ has: its own features, an owner, how accounts find their identities.</summary>
    /// <param name="integration">The integration.</param>
    /// <param name="publicUrl">Where this side is reached.</param>
    public static ApplicationDefinition OfIdentityIq(Integration integration, string publicUrl) => Of(integration, publicUrl) with
    {
        // The administrator whom every installation has.
        Owner = new ObjectReference("spadmin"),
        // Names are e-mail addresses, as the Create policy makes them.
        Correlation = new Correlation { Reference = new ObjectReference($"Rollcall {integration.Name} Correlation"), Rules = [new CorrelationRule("email", "userName")] },
        Attributes = new JsonObject { ["load-by-sysclassloader"] = new JsonArray("json.jar"), ["templateApplication"] = ApplicationDefinition.Scim2 },
        Remainder = new Remainder
        {
            XmlAttributes = new Dictionary<string, string>
            {
                ["featuresString"] = "DISCOVER_SCHEMA, PROVISIONING, SYNC_PROVISIONING, ENABLE, SEARCH, ACCOUNT_ONLY_REQUEST",
                ["icon"] = "internetIcon",
                ["profileClass"] = "",
            },
        },
    };

    /// <summary>What the person who opens the file has to do and to know, line by line.</summary>
    /// <param name="integration">The integration.</param>
    public static IReadOnlyList<string> Notes(Integration integration) =>
    [
        $"The integration {integration.Name} of Rollcall as a SailPoint application: import it, or copy from it.",
        $"Enter the client secret, which was shown when the integration was made; \"rollcall integrations rotate-secret {integration.Name}\" makes a new one.",
        "Then Test Connection, and Discover Schema for accounts and groups: the schemas here are what it should find.",
        "Attributes are documented (by SailPoint), measured (in IdentityIQ 8.5), or unconfirmed: check these in the form.",
    ];

    // Without "active" a request can stay pending.
    private static ProvisioningForm Create => new()
    {
        Type = ProvisioningForm.Create,
        Name = "Create Account",
        ObjectType = ObjectSchema.Account,
        Sections =
        [
            new FormSection
            {
                Name = "Account",
                Fields =
                [
                    new FormField { Name = "userName", Type = "string", Required = true, IdentityAttribute = "email" },
                    new FormField { Name = "active", Type = "boolean", Value = "true" },
                ],
            },
        ],
    };
}
