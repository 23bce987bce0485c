using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Rollcall.Scim.Client.Authentication;

/// <summary>
/// Puts the credentials on every request. After a 401 it fetches a new token and sends the request once more: it was
/// refused before it had an effect.
/// </summary>
internal sealed class AuthenticationHandler(ScimCredentials credentials, TokenSource? tokens) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        switch (credentials)
        {
            case NoCredentials none:
                foreach (var (name, value) in none.Headers)
                {
                    request.Headers.Remove(name);
                    request.Headers.TryAddWithoutValidation(name, value);
                }
                break;
            case ApiToken api:
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", api.Token);
                break;
            case BasicCredentials basic:
                request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{basic.UserName}:{basic.Password}")));
                break;
            default:
                return await SendWithTokenAsync(request, cancellationToken).ConfigureAwait(false);
        }
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendWithTokenAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var token = await tokens!.GetAsync(unusable: null, cancellationToken).ConfigureAwait(false);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
            return response;

        response.Dispose();
        token = await tokens.GetAsync(unusable: token, cancellationToken).ConfigureAwait(false);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
