using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Rollcall.Access.Tests.Scim;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Audit;

/// <summary>What is kept of requests holds no secret and no filter, whatever is sent.</summary>
public sealed class SecrecyTests
{
    private const string Secret = "hunter2-hunter2-hunter2";

    [Fact]
    public async Task Nothing_secret_is_kept_of_any_request_of_the_tables()
    {
        await using var app = await RollcallApp.StartAsync();
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Data"), "scim-*.json").Order(StringComparer.Ordinal))
        {
            foreach (var row in Rows.Of<RequestRow>(Path.GetFileName(file)).Cast<TheoryDataRow<RequestRow>>())
            {
                await new RequestTable(app, row.Data).RunAsync();
                // A filter is known by its operators; what it compares with may be a name, which has its place in the log.
                foreach (var filter in row.Data.Steps.Select(step => FilterIn(step.Send)).OfType<string>().Where(filter => filter.Contains(' ', StringComparison.Ordinal)))
                    app.Secrets.Add(filter);
            }
        }
        await MisplaceSecretsAsync(app);
        app.Secrets.Add(Secret);
        // The rest is checked when the server has stopped: AuditCheck looks for the secrets in every table.
        await app.Audit.FlushAsync();
        using var connection = app.OpenDatabase();
        Assert.InRange(Count(connection, "audit"), 300, long.MaxValue);
        Assert.InRange(Count(connection, "calls"), 300, long.MaxValue);
    }

    /// <summary>Sends a secret wherever somebody might put one by mistake.</summary>
    private static async Task MisplaceSecretsAsync(RollcallApp app)
    {
        var client = await app.IntegrationAsync("careless", new JsonObject { ["auditReads"] = "all" });
        var list = await client.ListAsync("payroll");
        var bob = await client.UserAsync("bob");
        string[] paths =
        [
            $"/Users?access_token={Secret}", $"/Users?filter=userName eq \"{Secret}\"", $"/Users?filter={Secret} eq 1", $"/Users?attributes={Secret}",
            $"/Users?sortBy={Secret}", $"/Users?{Secret}=1", $"/Users?count={Secret}", $"/Users?cursor={Secret}",
        ];
        foreach (var path in paths)
            await client.GetAsync(path);
        foreach (var header in (string[])["If-Match", "If-None-Match", "Authorization", "Prefer", "X-Api-Key"])
            await client.SendAsync("DELETE", $"/Groups/{list}", null, new Dictionary<string, string> { [header] = $"Bearer {Secret}" });
        (await client.PostUserAsync("eve", new JsonObject { ["password"] = Secret })).Expect(201);
        await client.PatchAsync($"/Users/{bob}", $$"""[{"op":"replace","path":"password","value":"{{Secret}}"}]""");
        await client.PatchAsync($"/Users/{bob}", $$"""[{"op":"replace","path":"emails[value eq \"{{Secret}}\"].{{Secret}}","value":"x"}]""");
        await client.PatchAsync($"/Users/{bob}", $$"""[{"op":"replace","path":"active","value":"{{Secret}}"}]""");
        await client.PatchAsync($"/Groups/{list}", $$"""[{"op":"add","path":"members","value":[{"value":"{{Secret}}"}]}]""");
        await client.SendAsync("POST", "/Users", $"{{\"{Secret}");
        foreach (var form in (string[])[$"grant_type=client_credentials&client_id={Secret}&client_secret={Secret}", $"grant_type={Secret}", $"client_assertion={Secret}"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/oauth/token?client_secret={Secret}")
            {
                Content = new StringContent(form, System.Text.Encoding.UTF8, "application/x-www-form-urlencoded"),
            };
            using var answer = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        }
        await app.AdminAsync("GET", $"/lists?token={Secret}", null, new Dictionary<string, string> { ["Authorization"] = $"Bearer {Secret}" });
        await app.AdminAsync("PATCH", "/lists/careless-payroll", new JsonObject { ["title"] = 7, [Secret] = 1 });
    }

    private static string? FilterIn(string send)
    {
        var start = send.IndexOf("filter=", StringComparison.Ordinal);
        return start < 0 ? null : Uri.UnescapeDataString(send[(start + "filter=".Length)..].Split('&')[0]);
    }

    private static long Count(SqliteConnection connection, string table)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // names of this file
        command.CommandText = $"select count(*) from {table}";
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }
}
