using System.Net.Mime;

namespace Rollcall.Scim.Client.Authentication;

/// <summary>What a SCIM endpoint says of where its tokens come from (RFC 9728).</summary>
/// <param name="AuthorizationServers">The issuers of tokens for it; none where it doesn't say.</param>
public sealed record ProtectedResource(IReadOnlyList<Uri> AuthorizationServers)
{
    private const string WellKnown = "/.well-known/oauth-protected-resource";

    /// <summary>Asks a SCIM endpoint, without credentials.</summary>
    /// <param name="baseUrl">The SCIM base URL.</param>
    /// <param name="connections">The connections to use, which are closed afterwards; made by default.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null where it doesn't say (404).</returns>
    /// <exception cref="ScimClientException">It can't be asked, or its answer is for another endpoint and so is not to be used (RFC 9728 §3.3).</exception>
    public static async Task<ProtectedResource?> FindAsync(Uri baseUrl, HttpMessageHandler? connections = null, CancellationToken cancellationToken = default)
    {
        var identifier = baseUrl.GetLeftPart(UriPartial.Path).TrimEnd('/');
        var options = new ScimClientOptions { BaseUrl = new Uri(baseUrl.GetLeftPart(UriPartial.Authority)), MediaType = MediaTypeNames.Application.Json };
        using var origin = new ScimClient(options, connections);
        try
        {
            var metadata = await origin.DiscoverAsync(WellKnown + baseUrl.AbsolutePath.TrimEnd('/'), cancellationToken).ConfigureAwait(false);
            if (metadata.Text("resource") != identifier)
            {
                throw new ScimClientException(ScimFailure.Unreadable,
                    $"The metadata at {options.BaseUrl.Authority} is not for {identifier}, but for another resource. Whoever uses it may hand its token to somebody else.");
            }
            return new ProtectedResource([.. metadata.Items("authorization_servers")
                .Select(server => server.ValueKind == System.Text.Json.JsonValueKind.String && Uri.TryCreate(server.GetString(), UriKind.Absolute, out var url) ? url : null).OfType<Uri>()]);
        }
        catch (ScimClientException absent) when (absent.Status == 404)
        {
            return null;
        }
    }
}
