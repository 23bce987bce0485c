using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Rollcall.Web.Api;

namespace Rollcall.Web.Hosting;

/// <summary>Requests that come through a proxy: who sent them, and how, is what a trusted proxy says in <c>X-Forwarded-*</c>.</summary>
internal static class ForwardedRequests
{
    private static readonly string OriginalProto = new ForwardedHeadersOptions().OriginalProtoHeaderName;

    /// <summary>Takes address, scheme and host from the headers, hop by hop, for as long as the hop is trusted.</summary>
    public static void Use(IApplicationBuilder app, IReadOnlyList<System.Net.IPNetwork> trusted)
    {
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.All & ~ForwardedHeaders.XForwardedPrefix,
            // As many hops as are trusted, not one.
            ForwardLimit = null,
        };
        // By default loopback is trusted; here only what was named is.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in trusted)
            options.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(options);
    }

    /// <summary>
    /// Refuses what a trusted proxy says it got over plain HTTP (RFC 7644 §7.2). It is not redirected: the token has been
    /// on the way in the clear by then, and whoever sent it must be told. A proxy that says nothing is believed to speak
    /// TLS, as the public URL says.
    /// </summary>
    public static void RefusePlainHttp(IApplicationBuilder app, string publicUrl) => app.Use((context, next) =>
        !context.Request.IsHttps && context.Request.Headers.ContainsKey(OriginalProto)
            ? throw ApiException.Forbidden($"This server is reached over https only, at {publicUrl}. What was sent went over the network in the clear: change its token or secret.")
            : next(context));
}
