using System.Collections.Concurrent;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Rollcall.Access.Integrations;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Web;

namespace Rollcall.Access.OAuth;

/// <summary>Who sends a request.</summary>
/// <param name="Client">The OAuth client's id, or the id of the static token.</param>
public sealed record Caller(string Client);

/// <summary>
/// Tells who sends a request by its bearer token (RFC 6750): a signed access token of <see cref="OAuthServer"/>
/// (RFC 9068) or a static token. What was found valid is remembered until the token expires or the
/// <see cref="IntegrationDirectory"/> changes, so that nothing outlives a disabled client or a revoked token.
/// </summary>
public sealed class BearerTokens
{
    /// <summary>By how much the clocks of nodes may differ.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    private const string Scheme = "Bearer";
    private const int LongestToken = 4096;

    private const string Realm = $"{Scheme} realm=\"{OAuthFaults.Realm}\"";

    private readonly ConcurrentDictionary<string, Remembered> _remembered = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Remembered>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly SigningKeys _keys;
    private readonly IntegrationDirectory _directory;
    private readonly Database _database;
    private readonly string _issuer;
    private readonly TimeProvider _timeProvider;
    private long _hits;
    private long _misses;

    /// <summary>Makes the one instance of a host.</summary>
    /// <param name="keys">Whose signatures count.</param>
    /// <param name="directory">Whose clients are enabled.</param>
    /// <param name="database">Where the hashes of static tokens are.</param>
    /// <param name="issuer">The issuer of access tokens, without a slash at the end.</param>
    /// <param name="timeProvider">The clock that tokens expire by.</param>
    public BearerTokens(SigningKeys keys, IntegrationDirectory directory, Database database, string issuer, TimeProvider timeProvider)
    {
        _keys = keys;
        _directory = directory;
        _database = database;
        _issuer = issuer;
        _timeProvider = timeProvider;
        _byText = _remembered.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>How many tokens are remembered at most, 1 or more; a client has about one at a time.</summary>
    internal int MaxRemembered { get; init; } = 10_000;

    /// <summary>How often a token was remembered.</summary>
    internal long Hits => Interlocked.Read(ref _hits);

    /// <summary>How often a token had to be validated.</summary>
    internal long Misses => Interlocked.Read(ref _misses);

    /// <summary>How many tokens are remembered.</summary>
    internal int RememberedCount => _remembered.Count;

    /// <summary>Tells who sends a request.</summary>
    /// <param name="authorization">The request's <c>Authorization</c> headers.</param>
    /// <param name="integration">The integration whose path the request is for.</param>
    /// <param name="scimBaseUrl">What <see cref="OAuthServer.ScimBaseUrl"/> says of it.</param>
    /// <exception cref="ScimException">
    /// 401 with the challenge that RFC 6750 §3 asks for: there is no bearer token, or it is malformed, expired, revoked or
    /// another integration's. 400 where there is more than one header.
    /// </exception>
    public ValueTask<Caller> AuthenticateAsync(StringValues authorization, Integration integration, string scimBaseUrl)
    {
        var token = Read(authorization);
        var directory = _directory.Current;
        if (_byText.TryGetValue(token, out var known)
            && known.Epoch == directory.Epoch && known.IntegrationId == integration.Id && _timeProvider.GetUtcNow() < known.Expires)
        {
            Interlocked.Increment(ref _hits);
            return new ValueTask<Caller>(known.Caller);
        }
        Interlocked.Increment(ref _misses);
        return ValidateAsync(token.ToString(), directory, integration, scimBaseUrl);
    }

    private static ReadOnlySpan<char> Read(StringValues authorization)
    {
        if (authorization.Count > 1)
            throw Refuse(400, "invalid_request", "There is more than one Authorization header. Send one.");
        var header = ((string?)authorization).AsSpan().Trim();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || (header.Length > Scheme.Length && header[Scheme.Length] != ' '))
            throw new ScimException(401, null, "The request has no bearer token. Send Authorization: Bearer and an access token of this integration.") { Challenge = Realm };
        var token = header[Scheme.Length..].Trim();
        if (token.IsEmpty || token.Length > LongestToken)
            throw Invalid("The bearer token is malformed. Get a new one from the token endpoint.");
        return token;
    }

    private async ValueTask<Caller> ValidateAsync(string token, IntegrationDirectory.Snapshot directory, Integration integration, string scimBaseUrl)
    {
        // An access token has dots, a static token is base64url and has none.
        var valid = token.Contains('.', StringComparison.Ordinal)
            ? await ValidateAccessTokenAsync(token, directory, integration, scimBaseUrl)
            : await ValidateStaticTokenAsync(token, directory, integration);
        Remember(token, valid);
        return valid.Caller;
    }

    private async ValueTask<Remembered> ValidateAccessTokenAsync(string token, IntegrationDirectory.Snapshot directory, Integration integration, string scimBaseUrl)
    {
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = _issuer,
            ValidAudience = scimBaseUrl,
            IssuerSigningKeys = _keys.All,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            ValidTypes = ["at+jwt"],
            ClockSkew = ClockSkew,
            LifetimeValidator = IsAlive,
        });
        if (!result.IsValid)
        {
            throw Invalid(result.Exception switch
            {
                SecurityTokenInvalidLifetimeException => "The access token has expired. Get a new one from the token endpoint.",
                SecurityTokenInvalidAudienceException => "The access token is for another SCIM base URL. Use the one of its integration.",
                _ => "The access token is not one of this server's. Get a new one from the token endpoint.",
            });
        }
        var jwt = (JsonWebToken)result.SecurityToken;
        if (!directory.ByClientId.TryGetValue(jwt.Subject, out var owner) || owner.Id != integration.Id || !owner.Enabled)
            throw Invalid("The access token's client is no longer one of this integration, or the integration is disabled.");
        return new Remembered(new Caller(jwt.Subject), integration.Id, directory.Epoch, new DateTimeOffset(jwt.ValidTo) + ClockSkew);
    }

    private async ValueTask<Remembered> ValidateStaticTokenAsync(string token, IntegrationDirectory.Snapshot directory, Integration integration)
    {
        var now = (_timeProvider.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        var hash = Secrets.Hash(token);
        var found = await _database.ReadAsync(session => IntegrationStore.FindTokenAsync(session, hash, now));
        if (found is not var (id, integrationId, expires) || integrationId != integration.Id
            || !directory.ByName.TryGetValue(integration.Name, out var owner) || owner.Id != integration.Id || !owner.Enabled)
            throw Invalid("The token is unknown here, revoked or expired, or the integration is disabled. Use one of this integration.");
        return new Remembered(new Caller(id), integration.Id, directory.Epoch, DateTimeOffset.UnixEpoch.AddMicroseconds(expires));
    }

    private void Remember(string token, Remembered valid)
    {
        // Only valid tokens get here, so nobody from outside can fill it; the bound is for clients that ask for a new
        // token each time.
        if (_remembered.Count >= MaxRemembered)
            Forget(valid.Epoch);
        _remembered[token] = valid;
    }

    private void Forget(long epoch)
    {
        var now = _timeProvider.GetUtcNow();
        foreach (var (token, known) in _remembered)
        {
            if (known.Epoch != epoch || known.Expires <= now)
                _remembered.TryRemove(token, out _);
        }
        // All of them live: starting over costs each one signature check.
        if (_remembered.Count >= MaxRemembered)
            _remembered.Clear();
    }

    // By our clock; the library's own check takes the system's.
    private bool IsAlive(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters) =>
        expires is { } end && _timeProvider.GetUtcNow() < new DateTimeOffset(end) + ClockSkew;

    private static ScimException Invalid(string detail) => Refuse(401, "invalid_token", detail);

    private static ScimException Refuse(int status, string error, string detail) =>
        new(status, null, detail) { Challenge = $"{Realm}, error=\"{error}\", error_description=\"{detail}\"" };

    private sealed record Remembered(Caller Caller, long IntegrationId, long Epoch, DateTimeOffset Expires);
}
