using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Demo;

/// <summary>
/// What SailPoint and Teleport do in the guide that Rollcall comes from, played between our two sides: through the same APIs that
/// everybody has, and over the same wire.
/// </summary>
internal sealed class DemoStory : IDisposable
{
    private const string List = "GroupRequester";
    private const string Application = "rollcall-access";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ApiClient _access;
    private readonly ApiClient _governance;
    private readonly Dictionary<string, ApiClient> _people = [];
    private readonly Func<string?, ApiClient> _connect;
    private readonly HttpClient _rival = new();
    private readonly Action<Func<Task>> _letRivalAct;
    private readonly string _urls;
    private JsonElement _integration;
    private string _groupId = "";
    private long _entitlementId;

    /// <summary>Makes the story.</summary>
    /// <param name="sides">The sides.</param>
    /// <param name="letRivalAct">Has the rival act right before the next change of a group.</param>
    public DemoStory(DemoSides sides, Action<Func<Task>> letRivalAct)
    {
        _letRivalAct = letRivalAct;
        _urls = $"Access {sides.Access.Host.ListeningUrl}, Governance {sides.Governance.Host.ListeningUrl}";
        _access = new ApiClient(new Connection(new Uri(sides.Access.Host.ListeningUrl + "/"), sides.AdminToken, "", ""));
        _connect = identity => new ApiClient(new Connection(new Uri(sides.Governance.Host.ListeningUrl + "/"), sides.AdminToken, "", "", identity));
        _governance = _connect(null);
        Steps =
        [
            new("Both sides are up", _ => Task.FromResult(_urls)),
            new("Access list", MakeListAsync),
            new("Integration", MakeIntegrationAsync),
            new("Application", MakeApplicationAsync),
            new("Test Connection", TestAsync),
            new("Discover Schema", DiscoverAsync),
            new("Identities", ImportAsync),
            new("Create policy", SetPolicyAsync),
            new("Group aggregation", cancellationToken => AggregateAsync("aggregateGroups", cancellationToken)),
            new("Entitlement catalog", ShowCatalogAsync),
            new("Access request", cancellationToken => RequestAsync("alice", "add", "alice", cancellationToken)),
            new("Approval", cancellationToken => ApproveAsync("olivia", cancellationToken)),
            new("Provisioning", ProvisionAsync),
            new("Membership", ShowMembershipAsync),
            new("Access request for bob", cancellationToken => RequestAsync("alice", "add", "bob", cancellationToken)),
            new("A rival in between", PrepareRivalAsync),
            new("Approval", cancellationToken => ApproveAsync("olivia", cancellationToken)),
            new("412, fetch, retry", SurviveRivalAsync),
            new("Nothing is lost", ShowNothingLostAsync),
            new("Account aggregation", cancellationToken => AggregateAsync("aggregateAccounts", cancellationToken)),
            new("Removal", RemoveAsync),
            new("Who had access, and why", ExplainAsync),
        ];
    }

    /// <summary>The steps, in order.</summary>
    public IReadOnlyList<DemoStep> Steps { get; }

    private long RequestId { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var person in _people.Values)
            person.Dispose();
        _governance.Dispose();
        _access.Dispose();
        _rival.Dispose();
    }

    private async Task<string> MakeIntegrationAsync(CancellationToken cancellationToken)
    {
        _integration = (await _access.PostAsync(ApiPath.Of("integrations"), new JsonObject { ["name"] = "governance", ["staticToken"] = true }, cancellationToken)).Body;
        _rival.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _integration.Text("token"));
        await MakeListOfIntegrationAsync(cancellationToken);
        return $"{_integration.Text("scimBaseUrl")}; '{List}' is its list";
    }

    private Task<string> MakeListAsync(CancellationToken cancellationToken) => Task.FromResult($"'{List}' of type scim grants the role requester; it is made with the integration that it belongs to");

    private async Task MakeListOfIntegrationAsync(CancellationToken cancellationToken)
    {
        var list = await _access.PostAsync(ApiPath.Of("lists"), new JsonObject
        {
            ["name"] = List,
            ["title"] = List,
            ["type"] = "scim",
            ["integration"] = "governance",
            ["owners"] = new JsonArray(new JsonObject { ["kind"] = "person", ["name"] = "olivia@example.com" }),
            ["grants"] = new JsonObject { ["roles"] = new JsonArray("requester") },
        }, cancellationToken);
        _groupId = list.Body.Text("scimId")!;
    }

    private async Task<string> MakeApplicationAsync(CancellationToken cancellationToken)
    {
        await _governance.PostAsync(ApiPath.Of("applications"), new JsonObject
        {
            ["name"] = Application,
            ["definition"] = new JsonObject
            {
                ["baseUrl"] = _integration.Text("scimBaseUrl"),
                ["authentication"] = new JsonObject { ["type"] = "clientCredentials", ["tokenUrl"] = _integration.Text("tokenUrl"), ["clientId"] = _integration.Text("clientId") },
            },
            ["secrets"] = new JsonObject { ["clientSecret"] = _integration.Text("clientSecret") },
        }, cancellationToken);
        return $"'{Application}': SCIM 2.0, OAuth 2.0 client credentials; its secret is kept encrypted";
    }

    private async Task<string> TestAsync(CancellationToken cancellationToken)
    {
        var report = (await _governance.PostAsync(ApiPath.Of("applications", Application, "test"), [], cancellationToken)).Body;
        var checks = report.GetProperty("checks").EnumerateArray().ToList();
        return report.Text("ok") == "true"
            ? $"{checks.Count} of {checks.Count} checks; the server has {checks[0].Text("answered")}"
            : throw new DemoFailure(checks.First(check => check.Text("ok") == "false").Text("answered")!);
    }

    private async Task<string> DiscoverAsync(CancellationToken cancellationToken)
    {
        var found = (await _governance.PostAsync(ApiPath.Of("applications", Application, "discover"), [], cancellationToken)).Body;
        var (accounts, groups) = (Names(found, "accounts"), Names(found, "groups"));
        Expect(groups.Contains("meta.version"), "The group schema shows no meta.version.");
        return $"{accounts.Count} account and {groups.Count} group attributes, meta.version among them";
    }

    private async Task<string> ImportAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, name, manager) in new (string, string, string?)[] { ("olivia", "Olivia", null), ("alice", "Alice", "olivia"), ("bob", "Bob", "olivia") })
        {
            await _governance.PutAsync(ApiPath.Of("identities", id), new JsonObject
            {
                ["email"] = $"{id}@example.com", ["givenName"] = name, ["familyName"] = "Example", ["manager"] = manager,
            }, cancellationToken);
        }
        return "olivia, who owns the application, alice and bob";
    }

    private async Task<string> SetPolicyAsync(CancellationToken cancellationToken)
    {
        await _governance.PatchAsync(ApiPath.Of("applications", Application), new JsonObject
        {
            ["definition"] = new JsonObject
            {
                ["owner"] = "olivia",
                ["createPolicy"] = new JsonObject { ["userName"] = "{{ identity.email }}", ["name.givenName"] = "{{ identity.givenName }}", ["name.familyName"] = "{{ identity.familyName }}" },
            },
        }, null, cancellationToken);
        var preview = (await _governance.PostAsync(ApiPath.Of("applications", Application, "policies", "preview"), new JsonObject { ["identity"] = "alice" }, cancellationToken)).Body;
        return $"userName <- {{{{ identity.email }}}}, which is {preview.GetProperty("create").Text("userName")} for alice";
    }

    private async Task<string> AggregateAsync(string kind, CancellationToken cancellationToken)
    {
        var task = (await _governance.PostAsync(ApiPath.Of("tasks"), new JsonObject { ["kind"] = kind, ["application"] = Application }, cancellationToken)).Body;
        var done = await UntilAsync(ApiPath.Of("tasks", task.Text("id")!), found => found.Text("state") is not ("queued" or "running"), cancellationToken);
        Expect(done.Text("state") == "completed", $"The task is {done.Text("state")}: {done.Text("message")}");
        return $"{done.Text("read")} read, {done.Text("created")} created, {done.Text("updated")} updated, {done.Text("unchanged")} unchanged, {done.Text("removed")} removed";
    }

    private async Task<string> ShowCatalogAsync(CancellationToken cancellationToken)
    {
        var entry = (await _governance.GetAsync(ApiPath.Of("entitlements").With(("application", Application)), cancellationToken)).Body.GetProperty("items").EnumerateArray().Single();
        _entitlementId = entry.GetProperty("id").GetInt64();
        Expect(entry.Text("title") == List, $"The catalog has '{entry.Text("title")}'.");
        return $"'{entry.Text("title")}' of {Application}, requestable: {entry.Text("requestable")}";
    }

    private async Task<string> RequestAsync(string requester, string operation, string forWhom, CancellationToken cancellationToken)
    {
        var request = (await As(requester).PostAsync(ApiPath.Of("requests"), new JsonObject
        {
            ["operation"] = operation, ["application"] = Application, ["entitlements"] = new JsonArray(List), ["identities"] = new JsonArray(forWhom), ["reason"] = "on call this month",
        }, cancellationToken)).Body;
        RequestId = request.GetProperty("id").GetInt64();
        return $"#{RequestId}: {requester} asks {(operation == "add" ? "for" : "to give up")} '{List}' for {forWhom}: \"on call this month\"; {request.Text("state")}";
    }

    private async Task<string> ApproveAsync(string approver, CancellationToken cancellationToken)
    {
        var request = (await As(approver).PostAsync(ApiPath.Of("requests", Id(RequestId), "approve"), new JsonObject { ["comment"] = "fine" }, cancellationToken)).Body;
        return $"{approver}, the owner of the application, approves #{RequestId}: \"fine\"; {request.Text("state")}";
    }

    private async Task<string> ProvisionAsync(CancellationToken cancellationToken)
    {
        var attempt = await AttemptAsync(await CompletedAsync(cancellationToken), cancellationToken);
        return $"account made, then {Told(attempt.GetProperty("exchanges").EnumerateArray().Where(IsChange).Single())}; verified";
    }

    private async Task<string> ShowMembershipAsync(CancellationToken cancellationToken)
    {
        Expect((await MembersAsync(cancellationToken)).SequenceEqual(["alice@example.com"]), "alice is not on the list.");
        var access = (await _access.GetAsync(ApiPath.Of("people", "alice@example.com", "access"), cancellationToken)).Body;
        Expect(access.GetProperty("roles").GetArrayLength() == 1, "alice has no role.");
        return $"alice@example.com is on '{List}' and has the role requester";
    }

    private Task<string> PrepareRivalAsync(CancellationToken cancellationToken)
    {
        _letRivalAct(() => ActAsRivalAsync(cancellationToken));
        return Task.FromResult("another client will add carol between our fetch of the group and our change");
    }

    private async Task<string> SurviveRivalAsync(CancellationToken cancellationToken)
    {
        var attempt = await AttemptAsync(await CompletedAsync(cancellationToken), cancellationToken);
        var changes = attempt.GetProperty("exchanges").EnumerateArray().Where(IsChange).ToList();
        Expect(changes.Select(change => change.GetProperty("status").GetInt32()).SequenceEqual([412, 204]), "There was no conflict.");
        return $"{Told(changes[0])}; fetched again; {Told(changes[1])}";
    }

    private async Task<string> ShowNothingLostAsync(CancellationToken cancellationToken)
    {
        var members = await MembersAsync(cancellationToken);
        Expect(members.SequenceEqual(["alice@example.com", "bob@example.com", "carol@example.com"]), $"On the list are {string.Join(", ", members)}.");
        return $"{string.Join(", ", members)}: ours and the rival's";
    }

    private async Task<string> RemoveAsync(CancellationToken cancellationToken)
    {
        await RequestAsync("alice", "remove", "alice", cancellationToken);
        await ApproveAsync("olivia", cancellationToken);
        await CompletedAsync(cancellationToken);
        var members = await MembersAsync(cancellationToken);
        Expect(members.SequenceEqual(["bob@example.com", "carol@example.com"]), $"On the list are {string.Join(", ", members)}.");
        return $"alice gives '{List}' up, olivia approves; on the list are {string.Join(", ", members)}";
    }

    private async Task<string> ExplainAsync(CancellationToken cancellationToken)
    {
        var (decisions, changes) = (
            (await _governance.GetAsync(ApiPath.Of("audit").With(("count", "1000")), cancellationToken)).Body.GetProperty("items").GetArrayLength(),
            (await _access.GetAsync(ApiPath.Of("audit").With(("resource", List), ("count", "1000")), cancellationToken)).Body.GetProperty("items").GetArrayLength());
        Expect(decisions > 0 && changes > 0, "The audit logs are empty.");
        return $"{decisions} rows of decisions in Governance, {changes} rows on '{List}' in Access";
    }

    private async Task ActAsRivalAsync(CancellationToken cancellationToken)
    {
        var carol = await ScimAsync(HttpMethod.Post, "/Users", new JsonObject
        {
            ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:User"), ["userName"] = "carol@example.com", ["active"] = true,
        }, cancellationToken);
        await ScimAsync(HttpMethod.Patch, $"/Groups/{_groupId}", new JsonObject
        {
            ["schemas"] = new JsonArray("urn:ietf:params:scim:api:messages:2.0:PatchOp"),
            ["Operations"] = new JsonArray(new JsonObject { ["op"] = "add", ["path"] = "members", ["value"] = new JsonArray(new JsonObject { ["value"] = carol.Text("id") }) }),
        }, cancellationToken);
    }

    private async Task<JsonElement> ScimAsync(HttpMethod method, string path, JsonObject body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, _integration.Text("scimBaseUrl") + path) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/scim+json") };
        using var response = await _rival.SendAsync(request, cancellationToken);
        Expect(response.IsSuccessStatusCode, $"The rival was answered {(int)response.StatusCode}.");
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }

    private async Task<JsonElement> CompletedAsync(CancellationToken cancellationToken)
    {
        var request = await UntilAsync(ApiPath.Of("requests", Id(RequestId)), found => found.Text("state") is not ("pending" or "provisioning"), cancellationToken);
        Expect(request.Text("state") == "completed", $"The request is {request.Text("state")}.");
        return request;
    }

    /// <summary>The last attempt of the transaction that carried a request out.</summary>
    private async Task<JsonElement> AttemptAsync(JsonElement request, CancellationToken cancellationToken)
    {
        var transactions = (await _governance.GetAsync(ApiPath.Of("transactions").With(("request", request.Text("id"))), cancellationToken)).Body.GetProperty("items");
        var transaction = (await _governance.GetAsync(ApiPath.Of("transactions", transactions[0].Text("id")!), cancellationToken)).Body;
        return transaction.GetProperty("attempts").EnumerateArray().Last();
    }

    private async Task<IReadOnlyList<string>> MembersAsync(CancellationToken cancellationToken) =>
        [.. (await _access.GetAsync(ApiPath.Of("lists", List, "members"), cancellationToken)).Body.GetProperty("items").EnumerateArray().Select(member => member.Text("name")!).Order(StringComparer.Ordinal)];

    private async Task<JsonElement> UntilAsync(string path, Func<JsonElement, bool> isSo, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var found = (await _governance.GetAsync(path, cancellationToken)).Body;
            if (isSo(found))
                return found;
            Expect(TimeProvider.System.GetElapsedTime(began) < Patience, $"After {Patience.TotalSeconds} s it is still {found.Text("state")}.");
            await Task.Delay(Poll, TimeProvider.System, cancellationToken);
        }
    }

    private ApiClient As(string identity) => _people.TryGetValue(identity, out var known) ? known : _people[identity] = _connect(identity);

    private static void Expect(bool isSo, string otherwise)
    {
        if (!isSo)
            throw new DemoFailure(otherwise);
    }

    private static bool IsChange(JsonElement exchange) => exchange.Text("method") == "PATCH";

    private static string Told(JsonElement exchange) => $"PATCH with If-Match {exchange.Text("ifMatch")} was answered {exchange.Text("status")}";

    private static IReadOnlyList<string> Names(JsonElement found, string type) => [.. found.GetProperty(type).GetProperty("attributes").EnumerateArray().Select(attribute => attribute.Text("name")!)];

    private static string Id(long id) => id.ToString(CultureInfo.InvariantCulture);
}
