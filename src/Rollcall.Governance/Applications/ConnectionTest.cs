using System.Globalization;
using System.Text.Json;
using Rollcall.Scim.Client;
using Rollcall.Scim.Schemas;
using Rollcall.Web;

namespace Rollcall.Governance.Applications;

/// <summary>One check of a connection test.</summary>
/// <param name="Name">What is checked.</param>
/// <param name="Ok">Whether it is well.</param>
/// <param name="Asked">The request.</param>
/// <param name="Answered">What came back, in short.</param>
/// <param name="Advice">What to do; also where it is well, but something will not work as expected.</param>
public sealed record ConnectionCheck(string Name, bool Ok, string Asked, string Answered, string? Advice = null);

/// <summary>What a connection test found.</summary>
/// <param name="Ok">Whether every check is well.</param>
/// <param name="Checks">The checks, in order.</param>
public sealed record ConnectionReport(bool Ok, IReadOnlyList<ConnectionCheck> Checks);

/// <summary>
/// Tests a connection: asks for what SailPoint asks for (<c>/ServiceProviderConfig</c>, <c>/ResourceTypes</c>, <c>/Schemas</c>, the type
/// and the schema of Users), then reads one User and one Group with the token.
/// </summary>
/// <param name="client">The server.</param>
/// <param name="definition">The application.</param>
public sealed class ConnectionTest(ScimClient client, ApplicationDefinition definition)
{
    private static readonly string[] Features = ["patch", "filter", "etag", "sort", "bulk"];
    private static readonly string[] Types = ["User", "Group"];

    private readonly List<ConnectionCheck> _checks = [];

    /// <summary>Runs the checks. A check that fails does not keep the others from being made, unless nothing can be reached.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ConnectionReport> RunAsync(CancellationToken cancellationToken)
    {
        await CheckAsync("Service provider configuration", "/ServiceProviderConfig", DiscoverAsync("/ServiceProviderConfig", Configuration), cancellationToken);
        if (_checks is [{ Ok: false, Answered: var answered }] && IsOutOfReach(answered))
            return Report();
        await CheckAsync("Resource types", "/ResourceTypes", DiscoverAsync("/ResourceTypes", ResourceTypes), cancellationToken);
        await CheckAsync("Schemas", "/Schemas", DiscoverAsync("/Schemas", Schemas), cancellationToken);
        await CheckAsync("Resource type of Users", "/ResourceTypes/User", DiscoverAsync("/ResourceTypes/User", body => (body.Text("endpoint") ?? "no endpoint", null)), cancellationToken);
        await CheckAsync("Schema of Users", $"/Schemas/{SchemaUris.User}", DiscoverAsync($"/Schemas/{SchemaUris.User}", body => ($"{body.Items("attributes").Count()} attributes", null)), cancellationToken);
        await CheckAsync("One User", "/Users?count=1", OneAsync("/Users", definition.AccountFilter, null, User), cancellationToken);
        await CheckAsync("One Group", "/Groups?count=1&excludedAttributes=members", OneAsync("/Groups", definition.GroupFilter, ["members"], Group), cancellationToken);
        return Report();
    }

    private ConnectionReport Report() => new(_checks.All(check => check.Ok), _checks);

    private async Task CheckAsync(string name, string path, Func<CancellationToken, Task<(string, string?)>> ask, CancellationToken cancellationToken)
    {
        var asked = $"GET {definition.BaseUrl.TrimEnd('/')}{path}";
        try
        {
            var (answered, advice) = await ask(cancellationToken);
            _checks.Add(new ConnectionCheck(name, true, asked, answered, advice));
        }
        catch (ScimClientException fault)
        {
            // A relaxed server need not describe itself.
            var isAllowed = definition.Relaxed && fault.Status is 404 or 405 or 501 && !path.Contains("count=", StringComparison.Ordinal);
            _checks.Add(new ConnectionCheck(name, isAllowed, asked, fault.Message.Truncate(500), isAllowed ? "Not needed, since the application is relaxed." : Advice(fault)));
        }
    }

    private Func<CancellationToken, Task<(string, string?)>> DiscoverAsync(string path, Func<JsonElement, (string, string?)> read) =>
        async cancellationToken => read(await client.DiscoverAsync(path, cancellationToken));

    private Func<CancellationToken, Task<(string, string?)>> OneAsync(string endpoint, string? filter, IReadOnlyList<string>? excluded, Func<ScimResource, string?> advise) => async cancellationToken =>
    {
        var request = new ScimListRequest { Filter = filter, ExcludedAttributes = excluded, PageSize = 1 };
        await foreach (var page in client.PagesAsync(endpoint, request, cancellationToken))
        {
            var total = page.TotalResults is { } number ? number.ToString(CultureInfo.InvariantCulture) : "an unknown number";
            return page.Resources is [var first, ..] ? ($"one of {total}", advise(first)) : ("none", "There is none to look at yet: test again when there is one.");
        }
        return ("none", null);
    };

    private static (string, string?) Configuration(JsonElement body)
    {
        string[] features = [.. Features.Where(feature => body.Find(feature)?.IsTrue("supported") == true)];
        var cursor = body.Find("pagination")?.IsTrue("cursor") == true ? ", cursor" : "";
        var advice = body.Find("etag")?.IsTrue("supported") != true
            ? "The server has no versions (etag): changes of others in between can't be noticed. Prefer PATCH."
            : null;
        return ($"{string.Join(", ", features)}{cursor}", advice);
    }

    private static (string, string?) ResourceTypes(JsonElement body)
    {
        var names = Names(body, "name");
        var missing = Types.Except(names, StringComparer.OrdinalIgnoreCase).ToList();
        return (string.Join(", ", names), missing.Count == 0 ? null : $"There is no resource type {string.Join(" and ", missing)}: its resources can't be aggregated from a server that does without.");
    }

    private static (string, string?) Schemas(JsonElement body)
    {
        var schemas = body.Items("Resources").ToList();
        var isVersioned = schemas.Any(schema => schema.Items("attributes").Any(attribute =>
            attribute.Text("name") == "meta" && attribute.Items("subAttributes").Any(part => part.Text("name") == "version")));
        return (string.Create(CultureInfo.InvariantCulture, $"{schemas.Count} schemas"),
            isVersioned ? null : "No schema lists meta.version. Rollcall uses versions wherever a resource carries one; SailPoint only learns of them here.");
    }

    private static string? User(ScimResource user) => user.Text("userName") is null
        ? "The User has no userName: accounts can't be told by it."
        : user.Find("groups") is null ? "This User shows no groups. If none does, memberships can't be aggregated from Users; they are verified at the groups." : null;

    private static string? Group(ScimResource group) => group.Text("displayName") is null
        ? "The Group has no displayName: entitlements will be named by their ids."
        : group.Version is null ? "The Group has no version: changes of others in between can't be noticed." : null;

    private static string[] Names(JsonElement body, string name) => [.. body.Items("Resources").Select(resource => resource.Text(name)).OfType<string>()];

    private static bool IsOutOfReach(string answered) => answered.Contains("can't be reached", StringComparison.Ordinal) || answered.Contains("can't be resolved", StringComparison.Ordinal);

    private static string Advice(ScimClientException fault) => fault switch
    {
        { Failure: ScimFailure.NoToken } => "No token could be had: check the token URL, the client id and the client secret.",
        { Failure: ScimFailure.Unreachable } => "Check the base URL, that the server runs, and that no firewall is in between.",
        { Failure: ScimFailure.NoAnswer } => "The server takes too long or breaks off: try again, or raise the timeout.",
        { Status: 401 } => "The server does not take these credentials: check the authentication type and the secret.",
        { Status: 403 } => "The credentials are valid, but may not read this: give the client the right to.",
        { Status: 404 } => "There is nothing at this address: check the base URL. If the server has no such document, make the application relaxed.",
        { Failure: ScimFailure.Unreadable } => "Something answers, but not SCIM: check that the base URL ends where /Users begins.",
        { Status: >= 500 } => "The server has failed: its log says why.",
        _ => "The server's own words say what it expects.",
    };
}
