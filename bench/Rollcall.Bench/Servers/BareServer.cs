using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Rollcall.Bench.Servers;

/// <summary>
/// What the machine could do at best: Kestrel, routing and one endpoint that sends bytes which lie ready, with the same
/// headers as the measured server. It is a process of its own, as that is.
/// </summary>
internal static class BareServer
{
    /// <summary>The first argument of the process.</summary>
    public const string Mode = "--bare-server";

    // Kestrel writes these itself.
    private static readonly string[] OfKestrel = ["Date", "Content-Length"];

    /// <summary>Starts the process with the answer that a server gives to a request.</summary>
    public static async Task<ChildServer> StartAsync(RollcallServer server, ReadOnlyMemory<byte> request, string folder)
    {
        using var connection = server.Connect();
        connection.Exchange(request);
        var file = Path.Combine(folder, "answer");
        await File.WriteAllBytesAsync(file, [.. connection.Head, .. connection.Body]);
        return await ChildServer.StartAsync(Environment.ProcessPath!, [Mode, file], folder);
    }

    /// <summary>Serves the answer until the process is told to end.</summary>
    public static async Task RunAsync(string file)
    {
        var answer = await File.ReadAllBytesAsync(file);
        var end = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        var headers = Encoding.ASCII.GetString(answer, 0, end).Split("\r\n")[1..].Select(line => line.Split(": ", 2))
            .Where(header => !OfKestrel.Contains(header[0], StringComparer.OrdinalIgnoreCase)).ToArray();
        var body = answer[(end + 4)..];

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        app.UseRouting();
        // As many segments as the measured path has.
        app.MapGet("/scim/{integration}/v2/{type}/{id?}", (RequestDelegate)(async context =>
        {
            foreach (var header in headers)
                context.Response.Headers[header[0]] = header[1];
            context.Response.ContentLength = body.Length;
            await context.Response.BodyWriter.WriteAsync(body);
        }));
        await app.StartAsync();
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Access {app.Urls.First()}"));
        await Console.Out.WriteLineAsync("Ready");
        await app.WaitForShutdownAsync();
    }
}
