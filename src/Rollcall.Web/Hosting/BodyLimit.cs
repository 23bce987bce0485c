using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;

namespace Rollcall.Web.Hosting;

/// <summary>How many bytes a request's body may have. Past it the answer is 413, at the first byte too many at the latest.</summary>
public static class BodyLimit
{
    /// <summary>Where an endpoint says nothing: 1 MiB.</summary>
    public const long Default = 1024 * 1024;

    /// <summary>For writes of Groups and Bulk, and for <c>apply</c>: 64 MiB.</summary>
    public const long Large = 64 * Default;

    /// <summary>Sets the limit of an endpoint or a group of them.</summary>
    public static TBuilder WithBodyLimit<TBuilder>(this TBuilder endpoints, long bytes) where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Add(endpoint => endpoint.Metadata.Add(new Metadata(bytes)));
        return endpoints;
    }

    // Routing reads this and sets the server's limit for the request.
    private sealed record Metadata(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}
