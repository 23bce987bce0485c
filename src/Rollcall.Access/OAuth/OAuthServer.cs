using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using Rollcall.Access.Integrations;
using Rollcall.Data;
using Rollcall.Web;
using Rollcall.Web.Hosting;
using static OpenIddict.Server.OpenIddictServerEvents;
using AspNetCoreHandlers = OpenIddict.Server.AspNetCore.OpenIddictServerAspNetCoreHandlers;

namespace Rollcall.Access.OAuth;

/// <summary>
/// The OAuth 2.0 authorization server: client credentials at <c>/oauth/token</c>, revocation and introspection, keys at
/// <c>/oauth/jwks</c>, metadata of the server (RFC 8414) and of each SCIM endpoint (RFC 9728). OpenIddict makes the answers
/// about tokens and keys; what it asks of its own store in other set-ups ("degraded mode") is answered here, from ours.
/// </summary>
public static class OAuthServer
{
    /// <summary>Below what path the endpoints are.</summary>
    public const string Prefix = "/oauth";

    /// <summary>How long an access token lives.</summary>
    public static readonly TimeSpan AccessTokenLifetime = TimeSpan.FromHours(1);

    internal const string TokenPath = $"{Prefix}/token";
    internal const string RevocationPath = $"{Prefix}/revoke";
    internal const string IntrospectionPath = $"{Prefix}/introspect";
    internal const string KeysPath = $"{Prefix}/jwks";
    internal const string MetadataPath = "/.well-known/oauth-authorization-server";

    private const string MayBeCached = "public, max-age=300";

    /// <summary>
    /// The SCIM base URL of an integration, without a slash at the end: also the audience of its access tokens.
    /// </summary>
    /// <param name="publicUrl">What others call this side, without a slash at the end.</param>
    /// <param name="integration">The integration.</param>
    public static string ScimBaseUrl(string publicUrl, Integration integration) => ProtectedResource.Of(publicUrl, integration).BaseUrl;

    /// <summary>Where clients get tokens.</summary>
    public static string TokenUrl(string publicUrl) => $"{publicUrl}/oauth/token";

    /// <summary>Adds the authorization server, and <see cref="BearerTokens"/> for the endpoints that its tokens open.</summary>
    /// <param name="host">The host; its public URL is the issuer.</param>
    /// <param name="keys">What signs the tokens.</param>
    /// <param name="directory">Whose clients there are.</param>
    /// <param name="database">Where the hashes of their secrets and of static tokens are.</param>
    public static SideHostBuilder AddRollcallOAuth(this SideHostBuilder host, SigningKeys keys, IntegrationDirectory directory, Database database)
    {
        var services = host.Services;
        var issuer = host.PublicUrl;
        services.AddSingleton(provider => Make(provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<FailedAttempts>(), keys, directory, database, issuer));
        services.AddSingleton(provider => provider.GetRequiredService<Parts>().BearerTokens);
        services.AddSingleton<IOptionsChangeTokenSource<OpenIddictServerOptions>>(keys);
        services.AddSingleton<IHostedService>(provider => new AccessWatch(
            directory, keys, database, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<AccessWatch>>()));

        var first = services.Count;
        services.AddOpenIddict().AddServer(server => server
            .SetIssuer(new Uri(issuer))
            .SetTokenEndpointUris(TokenPath)
            .SetJsonWebKeySetEndpointUris(KeysPath)
            .SetConfigurationEndpointUris(MetadataPath)
            .AllowClientCredentialsFlow()
            .EnableDegradedMode()
            .DisableAccessTokenEncryption()
            .SetAccessTokenLifetime(AccessTokenLifetime)
            .Configure(options => SetKeys(options, keys))
            .AddHandlers(new OAuthHandlers(issuer, keys))
            .UseAspNetCore(web => web.DisableTransportSecurityRequirement().SuppressJsonResponseIndentation()));
        RemoveKeyRing(services, first);
        return host.TellFaults(OAuthFaults.Format);
    }

    /// <summary>Maps the endpoints.</summary>
    public static WebApplication UseRollcallOAuth(this WebApplication app)
    {
        // Where authentication services are registered, the host puts their middleware before every request unless this
        // says that it is there already. Here three paths need them, and call them.
        ((IApplicationBuilder)app).Properties["__AuthenticationMiddlewareSet"] = true;

        var tokens = app.Services.GetRequiredService<Parts>().Management;
        var issuer = app.Services.GetRequiredService<Parts>().Issuer;
        app.MapPost(TokenPath, HandleAsync).WithBodyLimit(OAuthForm.BodyLimit);
        app.MapPost(RevocationPath, tokens.RevokeAsync).WithBodyLimit(OAuthForm.BodyLimit);
        app.MapPost(IntrospectionPath, tokens.IntrospectAsync).WithBodyLimit(OAuthForm.BodyLimit);
        app.MapGet(ProtectedResource.MetadataPath, http =>
        {
            http.Response.Headers.CacheControl = MayBeCached;
            return ProtectedResource.AnswerMetadataAsync(http, issuer);
        });
        app.MapGet(KeysPath, HandleCacheableAsync);
        app.MapGet(MetadataPath, HandleCacheableAsync);
        return app;
    }

    private static Parts Make(TimeProvider timeProvider, FailedAttempts failures, SigningKeys keys, IntegrationDirectory directory, Database database, string issuer)
    {
        var reader = new BearerTokenReader(keys, directory, database, issuer, timeProvider);
        var clients = new ClientAuthentication(directory, database, new ClientAssertions(database, issuer, timeProvider), failures, timeProvider);
        return new Parts(
            issuer, clients, new TokenManagement(clients, reader, database, directory, issuer), new BearerTokens(reader, directory, failures, timeProvider));
    }

    private static Task HandleCacheableAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = MayBeCached;
        return HandleAsync(context);
    }

    private static async Task HandleAsync(HttpContext context)
    {
        var handlers = context.RequestServices.GetRequiredService<IAuthenticationHandlerProvider>();
        var handler = (IAuthenticationRequestHandler?)await handlers.GetHandlerAsync(context, OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        if (!await handler!.HandleRequestAsync())
            context.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    private static void SetKeys(OpenIddictServerOptions options, SigningKeys keys)
    {
        foreach (var key in keys.All)
            options.SigningCredentials.Add(new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256));
        // Demanded, but nothing is encrypted: access tokens are signed only, and there are no others.
        options.EncryptionCredentials.Add(new EncryptingCredentials(
            new SymmetricSecurityKey(Secrets.Random(32)), SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512));
    }

    private static OpenIddictServerBuilder AddHandlers(this OpenIddictServerBuilder server, OAuthHandlers handlers) => server
        // The request is read by TokenRequest alone.
        .RemoveEventHandler(AspNetCoreHandlers.ExtractPostRequest<ExtractTokenRequestContext>.Descriptor)
        .RemoveEventHandler(AspNetCoreHandlers.ValidateClientAuthenticationMethod<ExtractTokenRequestContext>.Descriptor)
        .RemoveEventHandler(AspNetCoreHandlers.ExtractClientCertificate<ExtractTokenRequestContext>.Descriptor)
        .RemoveEventHandler(AspNetCoreHandlers.ExtractBasicAuthenticationCredentials<ExtractTokenRequestContext>.Descriptor)
        .AddEventHandler<ExtractTokenRequestContext>(handler => handler.UseInlineHandler(OAuthHandlers.ReadAsync))
        // It looks for a secret; who the client is has been found out by then, by a secret or an assertion.
        .RemoveEventHandler(OpenIddictServerHandlers.Exchange.ValidateClientCredentialsParameters.Descriptor)
        .AddEventHandler<ProcessAuthenticationContext>(handler => handler.UseInlineHandler(context =>
            OAuthHandlers.AuthenticateAsync(context.Transaction.GetHttpRequest()!.HttpContext.RequestServices.GetRequiredService<Parts>().Clients, context)))
        .AddEventHandler<HandleTokenRequestContext>(handler => handler.UseInlineHandler(handlers.Grant))
        .AddEventHandler<GenerateTokenContext>(handler => handler
            .UseInlineHandler(handlers.Correct)
            .SetOrder(OpenIddictServerHandlers.Protection.GenerateIdentityModelToken.Descriptor.Order - 1))
        .AddEventHandler<ApplyTokenResponseContext>(handler => handler.UseInlineHandler(OAuthHandlers.Answer).SetOrder(int.MinValue))
        .AddEventHandler<ApplyConfigurationResponseContext>(handler => handler.UseInlineHandler(handlers.Describe).SetOrder(int.MinValue));

    // Authentication brings data protection along, whose hosted service would write a key ring into the user's home at
    // every start. Nothing here is protected by it.
    private static void RemoveKeyRing(IServiceCollection services, int first)
    {
        for (var i = services.Count - 1; i >= first; i--)
        {
            if (services[i].ServiceType == typeof(IHostedService) && services[i].ImplementationType?.Assembly == typeof(DataProtectionOptions).Assembly)
                services.RemoveAt(i);
        }
    }

    private sealed record Parts(string Issuer, ClientAuthentication Clients, TokenManagement Management, BearerTokens BearerTokens);
}
