using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Rollcall.Web.Api;

/// <summary>Reads requests of the admin API.</summary>
public static class ApiRequest
{
    internal const string WrongMediaType = "The body must be JSON: send it with Content-Type: application/json.";

    /// <summary>Reads the body as <typeparamref name="T"/>; anything that is not exactly that is refused.</summary>
    /// <exception cref="ApiException">
    /// 415 for another media type; 400 for JSON that can't be read, with the place, or that has unknown, missing, doubled or
    /// wrong members, with the member's name as <c>field</c>.
    /// </exception>
    public static async Task<T> ReadJsonAsync<T>(HttpContext context, CancellationToken cancellationToken) where T : class
    {
        if (!context.Request.HasJsonContentType())
            throw ApiException.UnsupportedMediaType(WrongMediaType);
        try
        {
            return await context.Request.ReadFromJsonAsync<T>(ApiJson.Options, cancellationToken)
                ?? throw ApiException.BadRequest("The body is null. Send an object.");
        }
        catch (JsonException e)
        {
            throw new ApiException(ApiJson.FaultOf(e));
        }
    }

    /// <summary>Reads a body that may be left out. Whether there is one is not told by its length alone: it may come in chunks.</summary>
    /// <exception cref="ApiException">As <see cref="ReadJsonAsync{T}"/>.</exception>
    public static async Task<T> ReadOptionalAsync<T>(HttpContext context) where T : class, new() =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true ? await ReadJsonAsync<T>(context, context.RequestAborted) : new T();

    /// <summary>A part of the path, decoded once.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">The part's name in the route.</param>
    public static string Route(this HttpContext context, string name) => (string)context.Request.RouteValues[name]!;
}
