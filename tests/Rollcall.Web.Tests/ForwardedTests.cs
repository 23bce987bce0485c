using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Rollcall.Web.Api;
using Rollcall.Web.Settings;

namespace Rollcall.Web.Tests;

public sealed record ForwardedRow : Row
{
    public IReadOnlyList<string> Trusted { get; set; } = [];

    public string? For { get; set; }

    public string? Proto { get; set; }

    public string? Host { get; set; }

    public string Listen { get; set; } = "127.0.0.1";

    public string? PublicUrl { get; set; }

    public bool AllowHttp { get; set; }

    public string Path { get; set; } = "/from";

    public int Status { get; set; } = 200;

    /// <summary>Address, scheme and host, of which <c>own</c> is what the client used; of a refusal, a part of it.</summary>
    public string Expect { get; set; } = "";
}

/// <summary>What counts of <c>X-Forwarded-*</c>, and from whom.</summary>
public sealed class ForwardedTests
{
    public static IEnumerable<ITheoryDataRow> Table => Rows.Of<ForwardedRow>("forwarded.json");

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Headers_CountAsTheTableSays(ForwardedRow row)
    {
        var settings = TestSide.Settings with
        {
            TrustedProxies = [.. row.Trusted.Select(network => System.Net.IPNetwork.Parse(network))],
            // Only where the row's address asks for it: it is what one row is about.
            AllowHttp = row.AllowHttp || row.Listen == "*",
            Access = TestSide.Settings.Access with { Url = new ListenUrl("http", row.Listen, 0), PublicUrl = row.PublicUrl },
        };
        await using var side = await TestSide.StartAsync(
            app =>
            {
                app.MapGet("/from", (RequestDelegate)TellAsync);
                app.MapAdminApi().MapGet("/from", (RequestDelegate)TellAsync);
            },
            settings);
        var port = ListenUrl.Parse(side.Host.ListeningUrl)!.Port;
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        using var request = new HttpRequestMessage(HttpMethod.Get, row.Path);
        foreach (var (name, value) in ((string, string?)[])[("X-Forwarded-For", row.For), ("X-Forwarded-Proto", row.Proto), ("X-Forwarded-Host", row.Host)])
        {
            if (value is not null)
                request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(row.Status, (int)response.StatusCode);
        if (row.Status == 200)
            Assert.Equal(row.Expect, text.Replace($"127.0.0.1:{port}", "own", StringComparison.Ordinal));
        else
            Assert.Contains(row.Expect, text, StringComparison.Ordinal);
    }

    private static Task TellAsync(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress!;
        return context.Response.WriteAsync($"{(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)} {context.Request.Scheme} {context.Request.Host}");
    }
}
