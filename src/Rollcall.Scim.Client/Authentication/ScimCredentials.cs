namespace Rollcall.Scim.Client.Authentication;

/// <summary>How a client shows who it is to a SCIM server.</summary>
public abstract record ScimCredentials
{
    private protected ScimCredentials()
    {
    }

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">A value is missing or wrong; the message names it.</exception>
    public abstract void Validate();

    // The text of a record names its values, which here are secrets.
    /// <summary>The kind alone: the values are secrets.</summary>
    public sealed override string ToString() => GetType().Name;

    private protected static void Require(string? value, string name)
    {
        if (string.IsNullOrWhiteSpace(value))
            throw new ArgumentException($"The {name} is missing.");
    }
}

/// <summary>None; with headers that a gateway may want.</summary>
public sealed record NoCredentials : ScimCredentials
{
    /// <summary>Headers of every request.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public override void Validate()
    {
    }
}

/// <summary>A token that was made by hand, sent as a bearer token.</summary>
/// <param name="Token">The token.</param>
public sealed record ApiToken(string Token) : ScimCredentials
{
    /// <inheritdoc/>
    public override void Validate() => Require(Token, "API token");
}

/// <summary>User name and password with every request (RFC 7617).</summary>
/// <param name="UserName">The name.</param>
/// <param name="Password">The password.</param>
public sealed record BasicCredentials(string UserName, string Password) : ScimCredentials
{
    /// <inheritdoc/>
    public override void Validate()
    {
        Require(UserName, "user name");
        Require(Password, "password");
    }
}

/// <summary>How a client shows who it is at a token endpoint.</summary>
public enum ClientAuthentication
{
    /// <summary>By HTTP Basic (RFC 6749 §2.3.1).</summary>
    Basic,
    /// <summary>By <c>client_id</c> and <c>client_secret</c> in the body.</summary>
    Body,
    /// <summary>By both at once, against RFC 6749 §2.3, as SailPoint does.</summary>
    BasicAndBody,
}

/// <summary>A bearer token that is fetched from an OAuth 2.0 token endpoint.</summary>
public abstract record OAuthCredentials : ScimCredentials
{
    private protected OAuthCredentials()
    {
    }

    /// <summary>The token endpoint, absolute; https except on loopback.</summary>
    public required Uri TokenUrl { get; init; }

    /// <summary>The client's id.</summary>
    public required string ClientId { get; init; }

    /// <summary>The client's secret; null for a client that signs instead.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>How id and secret are sent.</summary>
    public ClientAuthentication Authentication { get; init; } = ClientAuthentication.Basic;

    /// <summary>The scope to ask for, or null.</summary>
    public string? Scope { get; init; }

    /// <summary>Further parameters of the token request.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Further headers of the token request.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public override void Validate()
    {
        if (!TokenUrl.IsAbsoluteUri || TokenUrl.Scheme is not ("http" or "https"))
            throw new ArgumentException("The token URL is an absolute http or https URL.");
        if (TokenUrl.Scheme == "http" && !TokenUrl.IsLoopback)
            throw new ArgumentException("The token URL is https: secrets don't travel in the clear.");
        if (TokenUrl.UserInfo.Length > 0)
            throw new ArgumentException("The token URL has no user name or password in it.");
        Require(ClientId, "client id");
    }
}

/// <summary>The grant <c>client_credentials</c> (RFC 6749 §4.4): by secret, or by an assertion that is signed with a key (RFC 7523 §2.2).</summary>
public sealed record ClientCredentialsGrant : OAuthCredentials
{
    /// <summary>The key that signs the client's assertion, in place of a secret.</summary>
    public SigningKey? Key { get; init; }

    /// <summary>The issuer of the server's metadata: the audience of the assertion. The token URL if null.</summary>
    public string? Issuer { get; init; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (Key is null)
            Require(ClientSecret, "client secret");
    }
}

/// <summary>The grant <c>refresh_token</c> (RFC 6749 §6). A refresh token that the server renews is told by <see cref="OnRefreshTokenChanged"/>.</summary>
public sealed record RefreshTokenGrant : OAuthCredentials
{
    /// <summary>The refresh token.</summary>
    public required string RefreshToken { get; init; }

    /// <summary>Called with the new refresh token before the new access token is used: keep it, the old one may be spent.</summary>
    public Func<string, CancellationToken, Task>? OnRefreshTokenChanged { get; init; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(RefreshToken, "refresh token");
    }
}

/// <summary>The grant of a signed assertion (RFC 7523 §2.1).</summary>
public sealed record JwtBearerGrant : OAuthCredentials
{
    /// <summary>The key that signs it.</summary>
    public required SigningKey Key { get; init; }

    /// <summary><c>iss</c>; the client id if null.</summary>
    public string? Issuer { get; init; }

    /// <summary><c>sub</c>; the client id if null.</summary>
    public string? Subject { get; init; }

    /// <summary><c>aud</c>; the token URL if null.</summary>
    public string? Audience { get; init; }
}

/// <summary>The grant <c>password</c>, which RFC 9700 §2.4 forbids: for parity with what exists.</summary>
[Obsolete("The password grant is insecure (RFC 9700 §2.4). Use client credentials where the server has them.")]
public sealed record PasswordGrant : OAuthCredentials
{
    /// <summary>The name of the account.</summary>
    public required string UserName { get; init; }

    /// <summary>Its password.</summary>
    public required string Password { get; init; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(UserName, "user name");
        Require(Password, "password");
    }
}

/// <summary>A private key that signs assertions.</summary>
/// <param name="Pem">The key in PEM (PKCS #8, PKCS #1 or SEC 1): RSA of 2,048 bits or more, or EC on P-256, P-384 or P-521.</param>
/// <param name="KeyId">The <c>kid</c> under which the server knows the public key, or null.</param>
public sealed record SigningKey(string Pem, string? KeyId = null)
{
    /// <summary>The password of an encrypted PEM, or null.</summary>
    public string? Password { get; init; }

    /// <summary>The id alone.</summary>
    public override string ToString() => KeyId ?? "key";
}
