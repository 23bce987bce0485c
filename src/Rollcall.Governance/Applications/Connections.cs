using System.Collections.Concurrent;
using Rollcall.Data;
using Rollcall.Scim.Client;
using Rollcall.Scim.Client.Authentication;

namespace Rollcall.Governance.Applications;

/// <summary>
/// Connections to the servers of applications: one for all who work on an application, made anew when a later version of it
/// is met. Safe for use by many threads.
/// </summary>
/// <param name="database">Where renewed refresh tokens are kept.</param>
/// <param name="secrets">The secrets to connect with.</param>
/// <param name="handlers">Makes the connections below HTTP; null for the system's.</param>
/// <param name="clock">The clock.</param>
public sealed class Connections(Database database, ApplicationSecrets secrets, Func<HttpMessageHandler>? handlers, TimeProvider clock) : IDisposable
{
    private readonly ConcurrentDictionary<long, Connection> _connections = new();

    private sealed record Connection(long Version, ScimClient Client);

    /// <summary>The connection to an application's server.</summary>
    /// <param name="application">The application, as it was read.</param>
    public async ValueTask<ScimClient> ToAsync(Application application)
    {
        if (_connections.TryGetValue(application.Id, out var known) && known.Version >= application.Version)
            return known.Client;
        var made = new Connection(application.Version, Make(application, await database.ReadAsync(session => secrets.ReadAsync(session, application.Id))));
        // The one before is left to those who still use it, and to the collector: its connections close when they are idle.
        return _connections.AddOrUpdate(application.Id, made, (_, other) => other.Version >= made.Version ? other : made).Client;
    }

    /// <summary>A connection of a definition that is not saved yet; the caller disposes of it.</summary>
    /// <param name="application">The application with the definition to try.</param>
    /// <param name="values">The secrets.</param>
    public ScimClient Make(Application application, IReadOnlyDictionary<string, string> values)
    {
        var definition = application.Definition;
        // An imported application may still lack its secret: whoever asks its server is told so.
        var missing = ApplicationRules.MissingSecret(definition.Authentication, [.. values.Keys])?.Detail;
        return new ScimClient(
            new ScimClientOptions
            {
                BaseUrl = new Uri(definition.BaseUrl),
                Credentials = missing is null ? Credentials(application.Id, definition.Authentication, values) : new NoCredentials(),
                MediaType = definition.MediaType,
                PageSize = definition.PageSize,
                Paging = definition.Paging,
                UsePatch = definition.UsePatch,
                UseVersions = definition.UseVersions,
                IsRelaxed = definition.Relaxed,
                Timeout = TimeSpan.FromSeconds(definition.Timeout),
            },
            missing is null ? handlers?.Invoke() : new Unable(missing), clock);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var connection in _connections.Values)
            connection.Client.Dispose();
    }

    private ScimCredentials Credentials(long applicationId, AuthenticationDefinition given, IReadOnlyDictionary<string, string> values)
    {
        var tokenUrl = given.TokenUrl is { } url ? new Uri(url) : null!;
        var clientId = given.ClientId!;
        var clientSecret = values.GetValueOrDefault(ApplicationSecrets.ClientSecret);
        var key = values.TryGetValue(ApplicationSecrets.PrivateKey, out var pem)
            ? new SigningKey(pem, given.KeyId) { Password = values.GetValueOrDefault(ApplicationSecrets.PrivateKeyPassword) }
            : null;
        return given.Type switch
        {
            AuthenticationType.ClientCredentials => Tune(new ClientCredentialsGrant { TokenUrl = tokenUrl, ClientId = clientId, ClientSecret = clientSecret, Key = clientSecret is null ? key : null, Issuer = given.Audience }),
            AuthenticationType.RefreshToken => Tune(new RefreshTokenGrant
            {
                TokenUrl = tokenUrl, ClientId = clientId, ClientSecret = clientSecret, RefreshToken = Value(ApplicationSecrets.RefreshToken),
                OnRefreshTokenChanged = (token, _) => KeepRefreshTokenAsync(applicationId, token),
            }),
            AuthenticationType.Jwt => Tune(new JwtBearerGrant
            {
                TokenUrl = tokenUrl, ClientId = clientId, ClientSecret = clientSecret, Key = key!, Issuer = given.Issuer, Subject = given.Subject, Audience = given.Audience,
            }),
#pragma warning disable CS0618 // For parity with what exists.
            AuthenticationType.Password => Tune(new PasswordGrant { TokenUrl = tokenUrl, ClientId = clientId, ClientSecret = clientSecret, UserName = given.UserName!, Password = Value(ApplicationSecrets.Password) }),
#pragma warning restore CS0618
            AuthenticationType.ApiToken => new ApiToken(Value(ApplicationSecrets.ApiToken)),
            AuthenticationType.Basic => new BasicCredentials(given.UserName!, Value(ApplicationSecrets.Password)),
            _ => new NoCredentials { Headers = given.Headers },
        };

        string Value(string name) => values.GetValueOrDefault(name, "");

        OAuthCredentials Tune(OAuthCredentials credentials) => credentials with
        {
            Authentication = given.ClientAuthentication, Scope = given.Scope, Parameters = given.TokenParameters, Headers = given.Headers,
        };
    }

    private Task KeepRefreshTokenAsync(long applicationId, string token) => database.WriteAsync(async session =>
    {
        await secrets.SetAsync(session, applicationId, new Dictionary<string, string?> { [ApplicationSecrets.RefreshToken] = token });
        return true;
    });

    /// <summary>Sends nothing, for want of a secret.</summary>
    private sealed class Unable(string why) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new ScimClientException(ScimFailure.NoToken, $"No credentials: {why}");
    }
}
