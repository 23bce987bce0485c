using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Apply;

/// <summary>Applies and exports documents, as the command line does.</summary>
internal static class ApplyCalls
{
    /// <summary>Applies YAML.</summary>
    /// <param name="app">The server.</param>
    /// <param name="yaml">The documents.</param>
    /// <param name="query">What stands after the path, such as <c>?prune=true</c>.</param>
    public static Task<ApiAnswer> ApplyAsync(this RollcallApp app, string yaml, string query = "") =>
        app.AdminAsync("POST", $"/apply{query}", yaml, new Dictionary<string, string> { ["Content-Type"] = "application/yaml" });

    /// <summary>Exports documents as text.</summary>
    public static async Task<string> ExportAsync(this RollcallApp app, string query = "", string mediaType = "application/yaml")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/export{query}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", RollcallApp.AdminToken);
        using var response = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((200, mediaType), ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The document of a list.</summary>
    /// <param name="name">Its name, which is its title as well.</param>
    /// <param name="type">Its type.</param>
    /// <param name="more">Further lines of the spec, each indented by two blanks.</param>
    /// <param name="label">A label, such as <c>a: b</c>.</param>
    /// <param name="owner">The owners, parted by commas.</param>
    public static string List(string name, string type = "", string more = "", string? label = null, string owner = "{name: ann}") =>
        $"---\nkind: access_list\nversion: v1\nmetadata: {{name: {name}, labels: {{{label}}}}}\nspec:\n  title: {name}\n  type: \"{type}\"\n  owners: [{owner}]\n{more}\n";

    /// <summary>The document of a member.</summary>
    public static string Member(string list, string name, string more = "") =>
        $"---\nkind: access_list_member\nversion: v1\nmetadata: {{name: {name}}}\nspec:\n  access_list: {list}\n  name: {name}\n{more}\n";

    /// <summary>The document of a list that is a member.</summary>
    public static string Nested(string list, string name) => Member(list, name, "  membership_kind: MEMBERSHIP_KIND_LIST");

    /// <summary>What an answer says of a list.</summary>
    public static JsonObject Of(this ApiAnswer answer, string list) =>
        answer.Body["lists"]!.AsArray().Single(entry => (string?)entry!["name"] == list)!.AsObject();

    /// <summary>The names of a list's members and owners as the API shows them.</summary>
    public static async Task<IReadOnlyList<string>> MembersAsync(this RollcallApp app, string list) =>
        [.. (await app.AdminAsync("GET", $"/lists/{list}/members")).Expect(200).Items.Select(member => (string)member!["name"]!).Order(StringComparer.Ordinal)];

    /// <summary>Name and revision of each list, and the length of the change feed and the audit log: equal as long as nothing was written.</summary>
    public static async Task<string> StateAsync(this RollcallApp app)
    {
        var state = new StringBuilder();
        foreach (var list in (await app.AdminAsync("GET", "/lists?count=1000")).Items)
            state.Append((string?)list!["name"]).Append(' ').Append(list["revision"]).Append(' ').Append(list["memberCount"]).Append('\n');
        await using var connection = app.OpenDatabase();
        await using var command = connection.CreateCommand();
        command.CommandText = "select (select count(*) from changes) || ' changes, ' || (select count(*) from audit) || ' audited, ' || (select edges from hierarchy) || ' edges'";
        return state.Append(command.ExecuteScalar()).ToString();
    }
}
