using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Web.Api;

namespace Rollcall.Web.Hosting;

/// <summary>Something that a side needs in order to answer requests, such as its database.</summary>
/// <param name="Name">What is checked, for the answer of <c>/health/ready</c>; open to everyone, so no addresses.</param>
/// <param name="IsReady">Whether it is there. An exception counts as no.</param>
public sealed record ReadyCheck(string Name, Func<CancellationToken, ValueTask<bool>> IsReady);

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: it can serve, which a load balancer asks before it
/// sends requests; 503 with the reasons if not. Both are open.
/// </summary>
public sealed class Health
{
    private readonly IReadOnlyList<ReadyCheck> _checks;
    private volatile bool _isDraining;

    internal Health(IReadOnlyList<ReadyCheck> checks)
    {
        _checks = checks;
    }

    /// <summary>Turns ready red for good: the process is about to stop.</summary>
    public void Drain() => _isDraining = true;

    internal void Map(IEndpointRouteBuilder app)
    {
        // Some load balancers ask with HEAD.
        string[] methods = [HttpMethods.Get, HttpMethods.Head];
        app.MapMethods("/health/live", methods, (RequestDelegate)(context => WriteAsync(context, "live", [])));
        app.MapMethods("/health/ready", methods, (RequestDelegate)ReadyAsync);
    }

    private async Task ReadyAsync(HttpContext context)
    {
        var reasons = new List<string>();
        if (_isDraining)
            reasons.Add("stopping");
        foreach (var check in _checks)
        {
            if (!await PassesAsync(check, context.RequestAborted))
                reasons.Add(check.Name);
        }
        await WriteAsync(context, reasons.Count == 0 ? "ready" : "notReady", reasons);
    }

    private static async ValueTask<bool> PassesAsync(ReadyCheck check, CancellationToken cancellationToken)
    {
        try
        {
            return await check.IsReady(cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static Task WriteAsync(HttpContext context, string status, List<string> reasons)
    {
        context.Response.StatusCode = reasons.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = ApiJson.MediaType;
        context.Response.Headers.CacheControl = "no-store";
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("status", status);
            if (reasons.Count > 0)
            {
                writer.WriteStartArray("reasons");
                reasons.ForEach(writer.WriteStringValue);
                writer.WriteEndArray();
            }
            writer.WriteEndObject();
        }
        return context.Response.Body.WriteAsync(buffer.ToArray(), context.RequestAborted).AsTask();
    }
}
