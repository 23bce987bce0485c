using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Operations;

/// <summary><c>/metrics</c>: what is measured, who may read it, and that it names nobody.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task Metrics_NeedTheAdminToken()
    {
        await using var app = await RollcallApp.StartAsync();
        using var refused = await app.Http.GetAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task Metrics_TellOfRequestsPreconditionsTokensCommitsAndSizes()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync("acme");
        var group = await client.ListAsync("Payroll");
        var bob = await client.UserAsync("bob");
        (await client.AddAsync(group, null, bob, await client.UserAsync("carol"))).Expect(204);
        (await client.AddAsync(group, "W/\"1\"", bob)).Expect(412);
        (await client.GetAsync($"/Users/{bob}")).Expect(200);
        (await client.GetAsync("/Users/nobody")).Expect(404);

        var metrics = await ReadAsync(app);

        Assert.Equal(1, metrics.Value("rollcall_access_precondition_failures_total", "integration=\"acme\""));
        Assert.Equal(1, metrics.Value("http_server_request_duration_seconds_count",
            "http_request_method=\"GET\"", "http_response_status_code=\"200\"", "http_route=\"/scim/{integration}/v2/Users/{id}\""));
        Assert.Equal(1, metrics.Value("http_server_request_duration_seconds_count",
            "http_request_method=\"GET\"", "http_response_status_code=\"404\"", "http_route=\"/scim/{integration}/v2/Users/{id}\""));
        Assert.Equal(1, metrics.Value("rollcall_access_token_lookups_total", "result=\"miss\""));
        Assert.Equal(5, metrics.Value("rollcall_access_token_lookups_total", "result=\"hit\""));
        Assert.Equal(2, metrics.Value("rollcall_access_users", "integration=\"acme\""));
        Assert.Equal(1, metrics.Value("rollcall_access_groups", "integration=\"acme\""));
        Assert.Equal(2, metrics.Value("rollcall_access_group_members", "integration=\"acme\""));
        Assert.Equal(2, metrics.Value("rollcall_access_group_members_largest", "integration=\"acme\""));
        Assert.Equal(0, metrics.Value("rollcall_access_group_sizes", "integration=\"acme\"", "le=\"0\""));
        Assert.Equal(1, metrics.Value("rollcall_access_group_sizes", "integration=\"acme\"", "le=\"10\""));
        Assert.Equal(1, metrics.Value("rollcall_access_group_sizes", "integration=\"acme\"", "le=\"+Inf\""));
        Assert.True(metrics.Value("rollcall_data_commit_writes_count") >= 5);
        Assert.Equal(metrics.Value("rollcall_data_commit_writes_count"), metrics.Value("rollcall_data_commit_duration_seconds_count"));
        Assert.Equal(0, metrics.Value("rollcall_data_writer_queue"));
        Assert.True(metrics.Value("rollcall_data_file_size_bytes") > 0);
        Assert.True(metrics.Value("rollcall_data_log_size_bytes") > 0);
        Assert.True(metrics.Value("dotnet_process_memory_working_set_bytes") > 0);
        // Of people and Groups, nothing.
        foreach (var value in (string[])["Payroll", "bob", "carol", group])
            Assert.DoesNotContain(value, metrics.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GroupSizes_AreCountedUpToEachBound()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync("acme");
        await app.IntegrationAsync("empty");
        await client.ListAsync("none");
        foreach (var (title, count) in ((string, int)[])[("one", 1), ("ten", 10), ("eleven", 11)])
        {
            var users = new List<string>();
            for (var i = 0; i < count; i++)
                users.Add(await client.UserAsync($"{title}{i}"));
            (await client.AddAsync(await client.ListAsync(title), null, [.. users])).Expect(204);
        }

        var metrics = await ReadAsync(app);

        foreach (var (bound, count) in ((string, int)[])[("0", 1), ("10", 3), ("100", 4), ("1000", 4), ("10000", 4), ("100000", 4), ("+Inf", 4)])
            Assert.Equal(count, metrics.Value("rollcall_access_group_sizes", "integration=\"acme\"", $"le=\"{bound}\""));
        Assert.Equal(0, metrics.Value("rollcall_access_group_sizes", "integration=\"empty\"", "le=\"+Inf\""));
    }

    [Fact]
    public async Task FeedLag_IsThatOfTheReaderFurthestBehind_AsLongAsItIsWaitedFor()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync("acme");
        await client.UserAsync("ann");
        await client.UserAsync("bob");

        // Whoever asks once only has a look.
        var slow = await FollowAsync(app, "count=1");
        Assert.Empty(app.Measure(Telemetry.FeedLag));
        // One comes back, and one change is left.
        slow = await FollowAsync(app, $"count=1&after={slow}");
        Assert.Equal([0], app.Measure(Telemetry.FeedLag));
        await client.UserAsync("carol");
        var quick = await FollowAsync(app, $"after={await FollowAsync(app, "after=now")}");
        Assert.Equal([1], app.Measure(Telemetry.FeedLag));

        app.Clock.Advance(TimeSpan.FromHours(23));
        await client.UserAsync("dave");
        quick = await FollowAsync(app, $"after={quick}");
        Assert.Equal([2], app.Measure(Telemetry.FeedLag));
        // Asking once more for the same, since an answer was lost, makes no other reader.
        await FollowAsync(app, $"after={slow}");
        await FollowAsync(app, $"after={slow}");
        Assert.Equal([0], app.Measure(Telemetry.FeedLag));

        await client.UserAsync("eve");
        Assert.Equal([1], app.Measure(Telemetry.FeedLag));
        app.Clock.Advance(TimeSpan.FromHours(25));
        Assert.Empty(app.Measure(Telemetry.FeedLag));
    }

    private static async Task<string> FollowAsync(RollcallApp app, string query) => (string)(await app.AdminAsync("GET", $"/changes?{query}")).Expect(200).Body["next"]!;

    [Fact]
    public async Task Metrics_OfAnotherServerInTheProcess_AreNotTold()
    {
        await using var one = await RollcallApp.StartAsync();
        await using var other = await RollcallApp.StartAsync();
        await other.IntegrationAsync("beta");
        Assert.DoesNotContain("beta", (await ReadAsync(one)).Text, StringComparison.Ordinal);
        Assert.Contains("beta", (await ReadAsync(other)).Text, StringComparison.Ordinal);
    }

    private static async Task<Scrape> ReadAsync(RollcallApp app)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", RollcallApp.AdminToken);
        using var response = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith("text/plain", response.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
        return new Scrape(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private sealed record Scrape(string Text)
    {
        /// <summary>The one sample of that name that has these labels among its own.</summary>
        public double Value(string name, params string[] labels)
        {
            var lines = Text.Split('\n').Where(line => Regex.IsMatch(line, $"^{name}[ {{]") && labels.All(label => line.Contains(label, StringComparison.Ordinal))).ToList();
            Assert.True(lines.Count == 1, $"{name} {string.Join(' ', labels)} stands there {lines.Count} times:\n{Text}");
            return double.Parse(lines[0].Split('}')[^1].Replace(name, "", StringComparison.Ordinal).Trim().Split(' ')[0], CultureInfo.InvariantCulture);
        }
    }
}
