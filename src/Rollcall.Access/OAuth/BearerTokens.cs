using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Rollcall.Access.Integrations;
using Rollcall.Scim;
using Rollcall.Web;

namespace Rollcall.Access.OAuth;

/// <summary>Who sends a request.</summary>
/// <param name="Client">The OAuth client's id, or the id of the static token.</param>
public sealed record Caller(string Client);

/// <summary>
/// Tells who sends a request by its bearer token (RFC 6750). What <see cref="BearerTokenReader"/> found valid is remembered until
/// the token expires, and confirmed anew whenever the <see cref="IntegrationDirectory"/> changes, so that nothing outlives
/// a disabled client or a revoked token.
/// </summary>
public sealed class BearerTokens
{
    private const string Scheme = "Bearer";

    private readonly ConcurrentDictionary<string, Remembered> _remembered = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Remembered>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly BearerTokenReader _reader;
    private readonly IntegrationDirectory _directory;
    private readonly FailedAttempts _failures;
    private readonly TimeProvider _timeProvider;
    private long _hits;
    private long _misses;

    internal BearerTokens(BearerTokenReader reader, IntegrationDirectory directory, FailedAttempts failures, TimeProvider timeProvider)
    {
        _reader = reader;
        _directory = directory;
        _failures = failures;
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
    /// <param name="http">The request.</param>
    /// <param name="integration">
    /// The integration whose path the request is for; null where there is none of that name. Then whoever asks is refused
    /// as at an integration that is not theirs, so that names can't be found out by trying.
    /// </param>
    /// <param name="resource">The SCIM base URL that the request is for.</param>
    /// <exception cref="ScimException">
    /// 401 with the challenge that RFC 6750 §3 and RFC 9728 §5.1 ask for: there is no bearer token, or it is malformed,
    /// expired, revoked or another integration's. 400 where there is more than one header. 429 after too many wrong tokens.
    /// </exception>
    public ValueTask<Caller> AuthenticateAsync(HttpContext http, Integration? integration, ProtectedResource resource)
    {
        var token = Read(http.Request.Headers.Authorization, resource);
        // Confirmed first: what was concluded at that epoch holds until a second has passed.
        if (_directory.Confirmed is { } directory
            && _byText.TryGetValue(token, out var known)
            && known.Epoch == directory.Epoch && known.Token.IntegrationId == integration?.Id && _timeProvider.GetUtcNow() < known.AcceptedUntil)
        {
            Interlocked.Increment(ref _hits);
            return new ValueTask<Caller>(known.Caller);
        }
        Interlocked.Increment(ref _misses);
        return ValidateAsync(token.ToString(), http, integration, resource);
    }

    private static ReadOnlySpan<char> Read(StringValues authorization, ProtectedResource resource)
    {
        if (authorization.Count > 1)
            throw Refuse(400, resource, "invalid_request", "There is more than one Authorization header. Send one.");
        var header = ((string?)authorization).AsSpan().Trim();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || (header.Length > Scheme.Length && header[Scheme.Length] != ' '))
            throw new ScimException(401, null, "The request has no bearer token. Send Authorization: Bearer and an access token of this integration.") { Challenge = Challenge(resource) };
        var token = header[Scheme.Length..].Trim();
        if (token.IsEmpty || token.Length > BearerTokenReader.LongestToken)
            throw Refuse(401, resource, "invalid_token", "The bearer token is malformed. Get a new one from the token endpoint.");
        return token;
    }

    private async ValueTask<Caller> ValidateAsync(string text, HttpContext http, Integration? integration, ProtectedResource resource)
    {
        // The epoch before the token: what changes in between is noticed the next time.
        var directory = await _directory.ConfirmAsync();
        var (token, fault) = _remembered.TryGetValue(text, out var known) && _timeProvider.GetUtcNow() < known.AcceptedUntil
            ? (known.Epoch == directory.Epoch ? known.Token : await _reader.ConfirmAsync(known.Token), TokenFault.Ended)
            : await _reader.FindAsync(text);
        if (token is null)
        {
            _remembered.TryRemove(text, out _);
            throw Refuse(fault, http, resource);
        }
        if (token.IntegrationId != integration?.Id)
            throw Refuse(TokenFault.Elsewhere, http, resource);
        Remember(text, new Remembered(token, token.Caller, directory.Epoch, token.AcceptedUntil));
        return token.Caller;
    }

    private void Remember(string token, Remembered valid)
    {
        // Only valid tokens get here, so nobody from outside can fill it; the bound is for clients that ask for a new
        // token each time.
        if (_remembered.Count >= MaxRemembered)
            Forget();
        _remembered[token] = valid;
    }

    private void Forget()
    {
        var now = _timeProvider.GetUtcNow();
        foreach (var (token, known) in _remembered)
        {
            if (known.AcceptedUntil <= now)
                _remembered.TryRemove(token, out _);
        }
        // All of them live: starting over costs each one signature check.
        if (_remembered.Count >= MaxRemembered)
            _remembered.Clear();
    }

    private ScimException Refuse(TokenFault fault, HttpContext http, ProtectedResource resource)
    {
        // A token that was once given out is no guess.
        var wait = fault == TokenFault.Unknown ? _failures.OfAddress(http.Connection.RemoteIpAddress) : TimeSpan.Zero;
        if (wait > TimeSpan.Zero)
        {
            return new ScimException(429, null, "Too many requests with tokens that are not valid here. Repeat the request with a valid one, after the time in Retry-After.")
            {
                RetryAfter = FailedAttempts.Seconds(wait),
            };
        }
        return Refuse(401, resource, "invalid_token", fault switch
        {
            TokenFault.Expired => "The access token has expired. Get a new one from the token endpoint.",
            TokenFault.Elsewhere => "The token is for another SCIM base URL. Use the one of its integration.",
            TokenFault.Ended => "The token was revoked, or its integration is disabled or deleted. Get a new token, or ask the administrator.",
            _ => "The token is not one of this server's, or a static token that was revoked or has expired. Get a new one.",
        });
    }

    private static ScimException Refuse(int status, ProtectedResource resource, string error, string detail) =>
        new(status, null, detail) { Challenge = $"{Challenge(resource)}, error=\"{error}\", error_description=\"{detail}\"" };

    private static string Challenge(ProtectedResource resource) => resource.MetadataUrl is { } url
        ? $"{Scheme} realm=\"{OAuthFaults.Realm}\", resource_metadata=\"{url}\""
        : $"{Scheme} realm=\"{OAuthFaults.Realm}\"";

    private sealed record Remembered(KnownToken Token, Caller Caller, long Epoch, DateTimeOffset AcceptedUntil);
}
