using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Lists;

/// <summary>Rule 1: nothing acknowledged is lost, nothing stale gets through.</summary>
public sealed class ConcurrentWriteTests
{
    private const int Clients = 32;

    [Fact]
    public async Task Of_32_PUTs_for_one_version_one_succeeds_and_31_get_412()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var group = await client.ListAsync("Payroll");
        var users = await UsersAsync(client);

        var answers = await Task.WhenAll(users.Select(user => client.PutAsync($"/Groups/{group}", ScimClient.Group("Payroll", user), "W/\"1\"")));

        Assert.Single(answers, answer => answer.Status == 200);
        Assert.Equal(Clients - 1, answers.Count(answer => answer.Status == 412));
        Assert.Equal(answers.Single(answer => answer.Status == 200).Ids("members", "value"), (await client.GetAsync($"/Groups/{group}")).Ids("members", "value"));
    }

    [Fact]
    public async Task S_337_of_32_PATCHes_for_one_version_one_succeeds_and_31_get_412()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var group = await client.ListAsync("Payroll");
        var users = await UsersAsync(client);

        var answers = await Task.WhenAll(users.Select(user => client.AddAsync(group, "W/\"1\"", user)));

        Assert.Single(answers, answer => answer.Status == 204);
        Assert.Equal(Clients - 1, answers.Count(answer => answer.Status == 412));
        Assert.Equal(2, (await client.GetAsync($"/Groups/{group}")).Revision);
    }

    [Fact]
    public async Task Of_32_clients_that_each_add_a_member_every_one_is_there()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var group = await client.ListAsync("Payroll");
        var users = await UsersAsync(client);

        var answers = await Task.WhenAll(users.Select(user => client.AddAsync(group, null, user)));

        Assert.Equal(Enumerable.Range(2, Clients), answers.Select(answer => (int)answer.Expect(204).Revision).Order());
        var read = await client.GetAsync($"/Groups/{group}");
        Assert.Equal(users.Order(), read.Ids("members", "value").Order());
        Assert.Equal(Clients + 1, read.Revision);
    }

    [Fact]
    public async Task S_161_of_32_creates_of_one_name_one_is_201_and_31_are_409()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => client.PostUserAsync("bob")));

        Assert.Single(answers, answer => answer.Status == 201);
        Assert.Equal(Clients - 1, answers.Count(answer => answer is { Status: 409, ScimType: "uniqueness" }));
        Assert.Equal(1, (int)(await client.GetAsync("/Users")).Body["totalResults"]!);
    }

    [Fact]
    public async Task Of_32_claims_of_one_list_one_wins()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        await client.ListAsync("Payroll");

        var answers = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => client.SendAsync("POST", "/Groups", ScimClient.Group("Payroll"))));

        Assert.Single(answers, answer => answer.Status == 201);
        Assert.Equal(Clients - 1, answers.Count(answer => answer is { Status: 409, ScimType: "uniqueness" }));
    }

    [Fact]
    public async Task Members_added_while_users_are_deleted_leave_nobody_behind()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var group = await client.ListAsync("Payroll");
        var users = await UsersAsync(client);

        var added = users.Select(user => client.AddAsync(group, null, user));
        var deleted = users.Select(user => client.DeleteAsync($"/Users/{user}"));
        var answers = await Task.WhenAll([.. added, .. deleted]);

        Assert.All(answers.Take(Clients), answer => Assert.True(answer.Status is 204 or 400));
        Assert.All(answers.Skip(Clients), answer => answer.Expect(204));
        Assert.Empty((await client.GetAsync($"/Groups/{group}")).Ids("members", "value"));
    }

    [Theory]
    [InlineData("detect", 412)]
    [InlineData("allow", 200)]
    public async Task A_PUT_without_a_version_while_the_list_changes(string rule, int status)
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync(rules: new JsonObject { ["unconditionalPut"] = rule });
        var group = await client.ListAsync("Payroll");
        var (bob, carol) = (await client.UserAsync("bob"), await client.UserAsync("carol"));
        using var http = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = Timeout.InfiniteTimeSpan });
        // The server asks for the body once it has seen the list; then somebody else changes it.
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{client.BaseUrl}/Groups/{group}")
        {
            Content = new LateContent(ScimClient.Group("Payroll", carol).ToJsonString(), async () => (await client.AddAsync(group, null, bob)).Expect(204)),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", client.Token);
        request.Headers.ExpectContinue = true;

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        (await ScimAnswer.ReadAsync(response, client.BaseUrl)).Expect(status);
        Assert.Equal([status == 412 ? bob : carol], (await client.GetAsync($"/Groups/{group}")).Ids("members", "value"));
    }

    private static async Task<IReadOnlyList<string>> UsersAsync(ScimClient client) =>
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(number => client.UserAsync($"user-{number}")));

    /// <summary>A body before which something happens.</summary>
    private sealed class LateContent : HttpContent
    {
        private readonly byte[] _body;
        private readonly Func<Task> _before;

        public LateContent(string body, Func<Task> before)
        {
            _body = Encoding.UTF8.GetBytes(body);
            _before = before;
            Headers.ContentType = new MediaTypeHeaderValue("application/scim+json");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await _before();
            await stream.WriteAsync(_body);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _body.Length;
            return true;
        }
    }
}
