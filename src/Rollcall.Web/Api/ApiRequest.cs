using System.Text.Json;
using Microsoft.AspNetCore.Http;

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
}
