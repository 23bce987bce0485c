using Microsoft.AspNetCore;
using OpenIddict.Server;
using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Data;
using Rollcall.Web;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Rollcall.Access.OAuth;

/// <summary>Tells whose client it is that shows an id and a secret.</summary>
internal sealed class ClientAuthentication(IntegrationDirectory directory, Database database, TimeProvider timeProvider)
    : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    // No secret has this hash.
    private static readonly byte[] NoHash = new byte[Secrets.HashBytes];

    /// <summary>The integration of the client that this request was authenticated as.</summary>
    public static Integration IntegrationOf(OpenIddictServerTransaction transaction) =>
        transaction.GetProperty<Integration>(nameof(Integration)) ?? throw new InvalidOperationException("The client has not been authenticated.");

    /// <summary>Authenticates the client of a request.</summary>
    /// <exception cref="OAuthException">The client is unknown or disabled, or the secret is not, or no longer, its own: which of them is not told.</exception>
    public async ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        var call = context.Transaction.GetHttpRequest() is { } request ? ObservedCall.Of(request.HttpContext) : null;
        call?.Integration = directory.Current.ByClientId.GetValueOrDefault(context.Request.ClientId!);
        context.Transaction.SetProperty(nameof(Integration), await AuthenticateAsync(context.Request.ClientId!, context.Request.ClientSecret!));
        call?.Client = context.Request.ClientId;
    }

    private async ValueTask<Integration> AuthenticateAsync(string clientId, string clientSecret)
    {
        var now = (timeProvider.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        var hashes = await database.ReadAsync(session => IntegrationStore.SecretHashesAsync(session, clientId, now));
        // Equally many comparisons for every client, also for one that there is not, so that the time tells nothing.
        var matches = false;
        for (var i = 0; i < Math.Max(hashes.Count, IntegrationStore.MaxCredentials); i++)
            matches |= Secrets.Matches(clientSecret, i < hashes.Count ? hashes[i] : NoHash);

        if (matches && directory.Current.ByClientId.TryGetValue(clientId, out var integration) && integration.Enabled)
            return integration;
        throw OAuthException.InvalidClient("The client id is unknown, its secret is wrong or has ended, or its integration is disabled. Compare them with what the integration shows, or rotate the secret.");
    }
}
