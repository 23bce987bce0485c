using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rollcall.Scim.Bulk;
using Rollcall.Scim.Schemas;
using Rollcall.Web.Hosting;

namespace Rollcall.Access.Scim;

/// <summary>The endpoint of bulk requests (RFC 7644 §3.7).</summary>
internal static class BulkEndpoint
{
    /// <summary>The most operations of one request.</summary>
    public const int MaxOperations = 1000;

    /// <summary>The greatest body, in bytes.</summary>
    public const long MaxPayloadSize = BodyLimit.Large;

    /// <summary>Maps it.</summary>
    public static void Map(ScimRoutes routes) => routes.Map(HttpMethods.Post, "/Bulk", RunAsync, MaxPayloadSize);

    private static async Task RunAsync(ScimRequest request)
    {
        var bulk = BulkRequest.Parse(await request.ReadBodyAsync(), [ResourceTypes.User, ResourceTypes.Group], MaxOperations);
        var run = new BulkRun(request, bulk, request.Http.RequestServices.GetRequiredService<ILogger<BulkRun>>());
        await run.RunAsync();
        request.TellChanged(run.HasChanged);
        using var body = new PooledBuffer();
        BulkResponse.Write(body, run.Results);
        await request.AnswerAsync(200, body.Written);
    }
}
