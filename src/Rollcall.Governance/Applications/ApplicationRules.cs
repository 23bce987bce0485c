using System.Text.RegularExpressions;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Applications;

/// <summary>What an application must be like before it is saved. Every fault names its field and says what to do.</summary>
public static partial class ApplicationRules
{
    private const int MostTexts = 100;
    private const int LongestText = 1000;
    private const int LongestFilter = 8 * 1024;

    /// <summary>Checks a name.</summary>
    /// <exception cref="ApiException">400.</exception>
    public static string Name(string name) => IsName(name)
        ? name
        : throw ApiException.Invalid("name", "The name of an application has 1 to 63 characters: lower-case letters, digits, '.', '_' and '-', the first a letter or digit.");

    /// <summary>Whether a name has the form that names of applications, and of what belongs to them, have.</summary>
    public static bool IsName(string name) => NamePattern().IsMatch(name);

    /// <summary>Checks a definition together with the secrets that it will have.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="secrets">The names of the secrets; null where they may be given later.</param>
    /// <exception cref="ApiException">400.</exception>
    public static ApplicationDefinition Check(ApplicationDefinition definition, IReadOnlyCollection<string>? secrets)
    {
        CheckUrl("baseUrl", "SCIM base URL", definition.BaseUrl, needsTls: false);
        CheckAuthentication(definition.Authentication);
        if (secrets is not null && MissingSecret(definition.Authentication, secrets) is var (secret, detail))
            throw ApiException.Invalid($"secrets.{secret}", $"{detail} Give it as secrets.{secret}.");
        Between("pageSize", definition.PageSize, 1, 10_000);
        Between("provisioningMaxRetries", definition.ProvisioningMaxRetries, 0, 100);
        Between("retryInterval", definition.RetryInterval, 1, 86_400);
        Between("conflictRetries", definition.ConflictRetries, 0, 1_000);
        Between("timeout", definition.Timeout, 1, 3_600);
        Between("vanishedLimit", definition.VanishedLimit, 0, 100);
        if (!System.Net.Http.Headers.MediaTypeHeaderValue.TryParse(definition.MediaType, out _))
            throw ApiException.Invalid("mediaType", "The media type is one such as application/scim+json.");
        CheckFilter("accountFilter", definition.AccountFilter);
        CheckFilter("groupFilter", definition.GroupFilter);
        CheckTexts("retryableErrors", definition.RetryableErrors, "Each is a part of an error's text, such as 412; an empty one would match every error.");
        CheckTexts("accountAttributes", definition.AccountAttributes, "Each is the name of an attribute.");
        CheckTexts("groupAttributes", definition.GroupAttributes, "Each is the name of an attribute.");
        ProvisioningPolicy.Check("createPolicy", definition.CreatePolicy);
        ProvisioningPolicy.Check("updatePolicy", definition.UpdatePolicy);
        if (definition.Correlation is { } rule && (rule.Account.Length == 0 || rule.Identity.Length == 0))
            throw ApiException.Invalid("correlation", "A correlation rule names an attribute of the account and one of the identity, such as userName and email.");
        if (definition.SailPoint is { } kept)
            SailPointDocument.Check(kept);
        return definition;
    }

    /// <summary>The secret that an authentication lacks, with a sentence about it; null if it has what it needs.</summary>
    /// <param name="authentication">The authentication.</param>
    /// <param name="secrets">The names of the secrets that there are.</param>
    public static (string Secret, string Detail)? MissingSecret(AuthenticationDefinition authentication, IReadOnlyCollection<string> secrets) => authentication.Type switch
    {
        AuthenticationType.ClientCredentials when !secrets.Contains(ApplicationSecrets.ClientSecret) && !secrets.Contains(ApplicationSecrets.PrivateKey) =>
            (ApplicationSecrets.ClientSecret, "Client credentials need a client secret, or a private key."),
        AuthenticationType.RefreshToken when !secrets.Contains(ApplicationSecrets.RefreshToken) => (ApplicationSecrets.RefreshToken, "The grant needs a refresh token."),
        AuthenticationType.Jwt when !secrets.Contains(ApplicationSecrets.PrivateKey) => (ApplicationSecrets.PrivateKey, "A signed assertion needs a private key."),
        AuthenticationType.ApiToken when !secrets.Contains(ApplicationSecrets.ApiToken) => (ApplicationSecrets.ApiToken, "An API token is missing."),
        AuthenticationType.Basic or AuthenticationType.Password when !secrets.Contains(ApplicationSecrets.Password) => (ApplicationSecrets.Password, "The password is missing."),
        _ => null,
    };

    private static void CheckAuthentication(AuthenticationDefinition authentication)
    {
        if (authentication.Type is AuthenticationType.ClientCredentials or AuthenticationType.RefreshToken or AuthenticationType.Jwt or AuthenticationType.Password)
        {
            CheckUrl("authentication.tokenUrl", "token URL", authentication.TokenUrl ?? "", needsTls: true);
            Needs("authentication.clientId", authentication.ClientId, "client id");
        }
        if (authentication.Type is AuthenticationType.Basic or AuthenticationType.Password)
            Needs("authentication.userName", authentication.UserName, "user name");
    }

    private static void CheckUrl(string field, string what, string url, bool needsTls)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw ApiException.Invalid(field, $"The {what} is an absolute http or https URL.");
        if (uri.UserInfo.Length > 0)
            throw ApiException.Invalid(field, $"The {what} has no user name or password in it.");
        if (uri.Fragment.Length > 0)
            throw ApiException.Invalid(field, $"The {what} has no fragment (#…).");
        if (needsTls && uri.Scheme == "http" && !uri.IsLoopback)
            throw ApiException.Invalid(field, $"The {what} is https: secrets don't travel in the clear.");
    }

    // What its attributes are, only the server knows.
    private static void CheckFilter(string field, string? filter)
    {
        if (filter is not null && (string.IsNullOrWhiteSpace(filter) || filter.Length > LongestFilter))
            throw ApiException.Invalid(field, $"The filter is a SCIM filter of at most {LongestFilter} characters, such as displayName sw \"prod-\"; leave it out for all.");
    }

    private static void CheckTexts(string field, IReadOnlyList<string> texts, string help)
    {
        if (texts.Count > MostTexts || texts.Any(text => string.IsNullOrWhiteSpace(text) || text.Length > LongestText))
            throw ApiException.Invalid(field, $"At most {MostTexts} texts, none empty or longer than {LongestText} characters. {help}");
    }

    private static void Between(string field, int value, int least, int most)
    {
        if (value < least || value > most)
            throw ApiException.Invalid(field, $"{field} is a whole number from {least} to {most}.");
    }

    private static void Needs(string field, string? value, string what)
    {
        if (string.IsNullOrWhiteSpace(value))
            throw ApiException.Invalid(field, $"The {what} is missing.");
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,62}$")]
    private static partial Regex NamePattern();
}
