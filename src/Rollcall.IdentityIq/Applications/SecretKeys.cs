using System.Text.RegularExpressions;

namespace Rollcall.IdentityIq.Applications;

/// <summary>
/// Which entries of an application are secrets, and what stands in their place. A secret is read where a document is imported, and
/// never written: an export has a placeholder that says what to put in, and a placeholder that comes back is taken as no value.
/// </summary>
public static partial class SecretKeys
{
    /// <summary>The OAuth client's secret.</summary>
    public const string ClientSecret = "client_secret";

    /// <summary>The fixed bearer token.</summary>
    public const string ApiToken = "oauthBearerToken";

    /// <summary>The OAuth refresh token.</summary>
    public const string RefreshToken = "refresh_token";

    /// <summary>The key that signs JWTs.</summary>
    public const string PrivateKey = "private_key";

    /// <summary>What the private key is encrypted with.</summary>
    public const string PrivateKeyPassword = "private_key_password";

    /// <summary>The password of HTTP Basic.</summary>
    public const string Password = "password";

    /// <summary>The user's password of the OAuth grant <c>password</c>.</summary>
    public const string UserPassword = "oauth2password";

    /// <summary>The token that the platform has cached: worth nothing elsewhere, so it is neither read nor written.</summary>
    internal const string CachedToken = "oauthTokenInfo";

    private const string AdditionalPayload = "additional_payload";

    private static readonly string[] Words =
        ["secret", "password", "passwd", "passphrase", "privatekey", "apikey", "credential", "bearertoken", "accesstoken", "refreshtoken", "authtoken", "clientassertion"];

    /// <summary>The attributes that the platform encrypts, as its own exports list them.</summary>
    public static IReadOnlyList<string> Encrypted { get; } =
        [ClientSecret, ApiToken, CachedToken, RefreshToken, PrivateKey, PrivateKeyPassword, AdditionalPayload, UserPassword];

    /// <summary>What stands where a secret has to be put in, such as <c>(enter the client secret here)</c>.</summary>
    /// <param name="key">The key of the secret.</param>
    public static string Placeholder(string key) => $"(enter {Name(key)} here)";

    /// <summary>Whether a value is a placeholder, that is: no value.</summary>
    public static bool IsPlaceholder(string value) =>
        value.StartsWith("(enter ", StringComparison.Ordinal) && value.EndsWith(" here)", StringComparison.Ordinal);

    /// <summary>Whether text under this key is a secret, by its name alone.</summary>
    /// <param name="key">The key of an entry, a header or a field.</param>
    public static bool IsSecret(string key)
    {
        if (IsSecretAsAWhole(key))
            return true;
        var plain = string.Concat(key.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
        return plain is "authorization" or "proxyauthorization" or "cookie" or "token" || Words.Any(word => plain.Contains(word, StringComparison.Ordinal));
    }

    /// <summary>Whether all that stands under this key is secret, also in lists and maps.</summary>
    internal static bool IsSecretAsAWhole(string key) =>
        // SailPoint marks attributes that administrators add, and that are secret, by this suffix.
        key == Password || Encrypted.Contains(key) || key.EndsWith("_CA", StringComparison.Ordinal);

    /// <summary>Whether a value is one that IdentityIQ has encrypted: the number of a key, a colon, base64.</summary>
    internal static bool IsEncrypted(string value) => EncryptedValue().IsMatch(value);

    /// <summary>Whether a value only refers to a secret elsewhere in the application, such as <c>$application.password_CA$</c>.</summary>
    internal static bool IsReference(string value) => ApplicationReference().IsMatch(value);

    private static string Name(string key) => key switch
    {
        ClientSecret => "the client secret",
        ApiToken => "the API token",
        RefreshToken => "the refresh token",
        PrivateKey => "the private key",
        PrivateKeyPassword => "the password of the private key",
        Password => "the password",
        UserPassword => "the user's password",
        _ => $"the value of {key}",
    };

    [GeneratedRegex(@"^[0-9]{1,4}:(ACP:)?[A-Za-z0-9+/]{16,}={0,2}$", RegexOptions.CultureInvariant)]
    private static partial Regex EncryptedValue();

    [GeneratedRegex(@"^\$application\.[A-Za-z0-9_.-]+\$$", RegexOptions.CultureInvariant)]
    private static partial Regex ApplicationReference();
}
