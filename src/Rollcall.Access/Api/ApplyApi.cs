using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Rollcall.Access.Apply;
using Rollcall.Access.Lists;
using Rollcall.Data;
using Rollcall.Web.Api;
using Rollcall.Web.Hosting;

namespace Rollcall.Access.Api;

/// <summary>
/// <c>POST /api/v1/apply</c>: makes the lists what documents say. The documents are the body itself, as <c>application/yaml</c>,
/// with <c>dryRun</c>, <c>prune</c> and <c>integration</c> in the query; or they stand in a JSON body beside these.
/// </summary>
internal sealed class ApplyApi(Database database, TimeProvider clock)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // RFC 9512 §2 names the first and the old ones that are about.
    private static readonly string[] YamlTypes = ["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", "text/vnd.yaml"];

    private readonly Applier _applier = new(database, clock);

    /// <summary>Maps the endpoint.</summary>
    public void Map(IEndpointRouteBuilder api) => api.MapPost("/apply", (RequestDelegate)ApplyAsync).WithBodyLimit(BodyLimit.Large)
        .Describe("applyLists", "Makes the lists what documents say: all of them or none.")
        .Takes<ApplyBody>(isOptional: false, YamlTypes[0]).Answers<PlanView>()
        .TakesQuery("dryRun", "Whether only to tell what would be done.", typeof(bool))
        .TakesQuery("prune", "Whether lists that apply made, and no document names, are deleted.", typeof(bool))
        .TakesQuery("integration", "The integration of lists of type scim, before their label.");

    private sealed record ApplyBody
    {
        public IReadOnlyList<ApplyFile> Files { get; init; } = [];
        public JsonElement? Documents { get; init; }
        public bool DryRun { get; init; }
        public bool Prune { get; init; }
        public string? Integration { get; init; }
    }

    private sealed record PlannedMemberView(PlannedAction Action, MemberKind Kind, string Name, IReadOnlyList<FieldChange>? Fields);

    private sealed record PlannedMembersView(long Added, long Changed, long Removed, long Unchanged, long Kept, long Skipped, IReadOnlyList<PlannedMemberView>? Changes = null)
    {
        [JsonIgnore]
        public bool IsNothing => Added + Changed + Removed + Unchanged + Kept + Skipped == 0;
    }

    private sealed record PlannedListView(string Name, string Type, string? Integration, PlannedAction Action, IReadOnlyList<FieldChange>? Fields, PlannedMembersView? Members);

    private sealed record PlanSummaryView(int Created, int Updated, int Deleted, int Unchanged, PlannedMembersView Members);

    private sealed record PlanView(bool DryRun, bool Changed, PlanSummaryView Summary, IReadOnlyList<PlannedListView> Lists);

    private async Task ApplyAsync(HttpContext http)
    {
        var body = await ReadAsync(http);
        var plan = await _applier.ApplyAsync(FilesOf(body), new ApplyOptions(body.Integration, body.Prune), body.DryRun, AdminRequest.Change(http));
        await ApiJson.WriteAsync(http, View(plan, body.DryRun));
    }

    private static IReadOnlyList<ApplyFile> FilesOf(ApplyBody body) =>
        body.Documents is { } documents ? [.. body.Files, new ApplyFile("documents", documents.GetRawText())] : body.Files;

    private static async Task<ApplyBody> ReadAsync(HttpContext http)
    {
        if (http.Request.HasJsonContentType())
        {
            var given = await ApiRequest.ReadJsonAsync<ApplyBody>(http, http.RequestAborted);
            return given with
            {
                DryRun = given.DryRun || Flag(http, "dryRun"),
                Prune = given.Prune || Flag(http, "prune"),
                Integration = given.Integration ?? Text(http, "integration"),
            };
        }
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) || !YamlTypes.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase))
            throw ApiException.UnsupportedMediaType("The body is YAML, sent with Content-Type: application/yaml, or JSON with the member files or documents, sent with application/json.");
        return new ApplyBody { Files = [new ApplyFile("body", await ReadTextAsync(http))], DryRun = Flag(http, "dryRun"), Prune = Flag(http, "prune"), Integration = Text(http, "integration") };
    }

    private static async Task<string> ReadTextAsync(HttpContext http)
    {
        using var bytes = new MemoryStream();
        await http.Request.Body.CopyToAsync(bytes, http.RequestAborted);
        try
        {
            return Strict.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
        }
        catch (ArgumentException)
        {
            throw ApiException.BadRequest("The body is no text in UTF-8. Give YAML or JSON in UTF-8.");
        }
    }

    private static bool Flag(HttpContext http, string name) => http.Request.Query[name].ToString() switch
    {
        "" or "false" => false,
        "true" => true,
        _ => throw ApiException.Invalid(name, $"{name} is true or false."),
    };

    private static string? Text(HttpContext http, string name) => http.Request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    private static PlanView View(ApplyPlan plan, bool dryRun)
    {
        var lists = plan.Lists.Select(View).ToList();
        var members = lists.Select(list => list.Members).OfType<PlannedMembersView>().ToList();
        int Count(PlannedAction action) => plan.Lists.Count(list => list.Action == action);
        return new PlanView(
            dryRun, plan.Changed.Any(),
            new PlanSummaryView(
                Count(PlannedAction.Create), Count(PlannedAction.Update), Count(PlannedAction.Delete), Count(PlannedAction.Unchanged),
                new PlannedMembersView(
                    members.Sum(view => view.Added), members.Sum(view => view.Changed), members.Sum(view => view.Removed), members.Sum(view => view.Unchanged),
                    members.Sum(view => view.Kept), members.Sum(view => view.Skipped))),
            lists);
    }

    private static PlannedListView View(PlannedList list)
    {
        long Count(PlannedAction action) => list.Members.Count(member => member.Action == action);
        var members = new PlannedMembersView(
            Count(PlannedAction.Create), Count(PlannedAction.Update),
            list.Action == PlannedAction.Delete ? list.Current!.MemberCount : Count(PlannedAction.Delete),
            list.MembersUnchanged, list.MembersKept, list.MembersSkipped,
            list.Members.Count == 0 ? null : [.. list.Members.Select(member => new PlannedMemberView(member.Action, member.Kind, member.Name, member.Fields.Count == 0 ? null : member.Fields))]);
        return new PlannedListView(list.Name, list.Type, list.Integration, list.Action, list.Fields.Count == 0 ? null : list.Fields, members.IsNothing ? null : members);
    }
}
