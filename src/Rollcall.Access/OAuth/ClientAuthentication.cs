using Microsoft.AspNetCore.Http;
using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Access.Scim;
using Rollcall.Data;
using Rollcall.Web;

namespace Rollcall.Access.OAuth;

/// <summary>Tells whose client it is that shows an id and a secret, or an assertion, at an OAuth endpoint.</summary>
internal sealed class ClientAuthentication(
    IntegrationDirectory directory, Database database, ClientAssertions assertions, FailedAttempts failures, TimeProvider timeProvider)
{
    private const string WrongSecret =
        "The client id is unknown, its secret is wrong or has ended, or its integration is disabled. Compare them with what the integration shows, or rotate the secret.";

    private const string WrongAssertion =
        "The client id is unknown, has no key that the client_assertion is signed with, or its integration is disabled. Compare them with what the integration shows, or add the key.";

    // No secret has this hash.
    private static readonly byte[] NoHash = new byte[Secrets.HashBytes];

    /// <summary>Authenticates a client.</summary>
    /// <param name="given">What it shows.</param>
    /// <param name="http">The request, which is told whose it is.</param>
    /// <exception cref="OAuthException">
    /// The client is unknown or disabled, or the secret is not, or no longer, its own: which of them is not told. After too
    /// many of these for one client, or from one address, it is 429; what is right passes even then.
    /// </exception>
    /// <exception cref="DatabaseUnavailableException">The database can't be asked.</exception>
    public async ValueTask<Integration> AuthenticateAsync(ClientCredentials given, HttpContext http)
    {
        var integration = (await directory.ConfirmAsync()).ByClientId.GetValueOrDefault(given.ClientId);
        var call = ObservedCall.Of(http);
        call?.Integration = integration;
        var problem = given.Assertion is { } assertion ? await CheckAssertionAsync(integration, assertion) : await CheckSecretAsync(given, integration);
        if (problem is null)
        {
            call?.Client = given.ClientId;
            return integration!;
        }
        var wait = integration is null ? failures.OfAddress(http.Connection.RemoteIpAddress) : failures.OfClient(integration.ClientId);
        throw wait > TimeSpan.Zero ? OAuthException.TooManyAttempts(wait) : OAuthException.InvalidClient(problem);
    }

    private async ValueTask<string?> CheckAssertionAsync(Integration? integration, string assertion) =>
        integration is { Enabled: true } ? await assertions.CheckAsync(integration, assertion) : WrongAssertion;

    private async ValueTask<string?> CheckSecretAsync(ClientCredentials given, Integration? integration)
    {
        var now = ScimTime.Of(timeProvider.GetUtcNow());
        var hashes = await database.ReadOneAsync(session => IntegrationStore.SecretHashesAsync(session, given.ClientId, now));
        // Equally many comparisons for every client, also for one that there is not, so that the time tells nothing.
        var matches = false;
        for (var i = 0; i < Math.Max(hashes.Count, IntegrationStore.MaxCredentials); i++)
            matches |= Secrets.Matches(given.Secret!, i < hashes.Count ? hashes[i] : NoHash);
        return matches && integration is { Enabled: true } ? null : WrongSecret;
    }
}
