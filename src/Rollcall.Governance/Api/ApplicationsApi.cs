using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Data;
using Rollcall.Governance.Applications;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Api;

/// <summary><c>/api/v1/applications</c>: the SCIM servers that are governed, and the versions of how.</summary>
internal sealed class ApplicationsApi(Database database, ApplicationSecrets secrets)
{
    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/applications", (RequestDelegate)CreateAsync)
            .Describe("createApplication", "Defines an application. Secrets are kept encrypted and never shown again.")
            .Takes<NewApplication>().Answers<ApplicationView>(StatusCodes.Status201Created);
        api.MapGet("/applications", (RequestDelegate)ListAsync)
            .Describe("listApplications", "The applications, by name.")
            .AnswersPage<ApplicationView>();
        api.MapGet("/applications/{name}", (RequestDelegate)ShowAsync)
            .Describe("showApplication", "An application, without its secrets.")
            .Answers<ApplicationView>();
        api.MapPatch("/applications/{name}", (RequestDelegate)UpdateAsync)
            .Describe("updateApplication", "Saves a new version: what is given replaces what was there, null takes it away (RFC 7396).")
            .Takes<ApplicationChange>().TakesIfMatch().Answers<ApplicationView>();
        api.MapDelete("/applications/{name}", (RequestDelegate)DeleteAsync)
            .Describe("deleteApplication", "Deletes an application with all that was aggregated from it. Nothing is changed on its server.")
            .TakesIfMatch().AnswersNothing();
        api.MapGet("/applications/{name}/versions", (RequestDelegate)VersionsAsync)
            .Describe("listApplicationVersions", "The versions of an application, newest first, each with what it changed.")
            .AnswersPage<VersionView>();
        api.MapPost("/applications/{name}/versions/{version}/restore", (RequestDelegate)RestoreAsync)
            .Describe("restoreApplication", "Saves an earlier version as the newest one. Secrets stay as they are.")
            .TakesIfMatch().Answers<ApplicationView>();
    }

    /// <param name="Version">The version's number.</param>
    /// <param name="SavedAt">When it was saved.</param>
    /// <param name="SavedBy">By whom.</param>
    /// <param name="Changed">The members of the definition that it changed.</param>
    /// <param name="Definition">The definition.</param>
    private sealed record VersionView(long Version, DateTimeOffset SavedAt, string SavedBy, IReadOnlyList<string> Changed, ApplicationDefinition Definition);

    private sealed record NewApplication(string Name, ApplicationDefinition Definition, Dictionary<string, string?>? Secrets = null);

    /// <param name="Definition">What to change of the definition.</param>
    /// <param name="Secrets">Secrets to set; null or empty takes one away.</param>
    private sealed record ApplicationChange(JsonObject? Definition = null, Dictionary<string, string?>? Secrets = null);

    private async Task CreateAsync(HttpContext http)
    {
        var given = await ApiRequest.ReadJsonAsync<NewApplication>(http, http.RequestAborted);
        var name = ApplicationRules.Name(given.Name);
        var values = given.Secrets ?? [];
        ApplicationSecrets.Check(values);
        var definition = ApplicationRules.Check(given.Definition, [.. values.Where(secret => !string.IsNullOrEmpty(secret.Value)).Select(secret => secret.Key)]);
        var change = GovernanceRequest.Change(http);
        var view = await database.WriteAsync(async session =>
        {
            await ApplicationVersions.CheckOwnerAsync(session, definition);
            var application = await ApplicationStore.CreateAsync(session, change, name, definition);
            await secrets.SetAsync(session, application.Id, values);
            return await ApplicationView.OfAsync(session, application);
        }, change.Key);
        await ApiJson.WriteAsync(http, view, StatusCodes.Status201Created, view.Version);
    }

    private async Task ListAsync(HttpContext http)
    {
        var page = ApiPageRequest.Read(http.Request);
        var views = await database.ReadAsync(async session =>
        {
            var list = new List<ApplicationView>();
            foreach (var application in await ApplicationStore.PageAsync(session, page.After, page.CountToRead))
                list.Add(await ApplicationView.OfAsync(session, application));
            return list;
        });
        await ApiJson.WriteAsync(http, page.PageOf(views, view => view.Name));
    }

    private async Task ShowAsync(HttpContext http)
    {
        var view = await database.ReadAsync(async session => await ApplicationView.OfAsync(session, await GovernanceRequest.FindApplicationAsync(session, http)));
        await ApiJson.WriteAsync(http, view, revision: view.Version);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var given = await ApiRequest.ReadJsonAsync<ApplicationChange>(http, http.RequestAborted);
        var values = given.Secrets ?? [];
        ApplicationSecrets.Check(values);
        await SaveAsync(http, (_, current) => Merge(current.Definition, given.Definition), values);
    }

    private async Task RestoreAsync(HttpContext http)
    {
        var number = long.TryParse(http.Route("version"), NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
        await SaveAsync(http, (version, _) => version!.Definition, [], number);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var change = GovernanceRequest.Change(http);
        await database.WriteAsync(async session =>
        {
            await ApplicationStore.DeleteAsync(session, change, await LockAsync(session, http));
            return true;
        }, change.Key);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task VersionsAsync(HttpContext http)
    {
        var page = ApiPageRequest.Read(http.Request);
        long? before = page.After is null ? null
            : long.TryParse(page.After, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw ApiException.Invalid("cursor", "The cursor was not made here. Start again without one.");
        var answer = await database.ReadAsync(async session =>
        {
            var application = await GovernanceRequest.FindApplicationAsync(session, http);
            // One more than is shown: the last one is told by what it changed of the one before.
            var versions = await ApplicationStore.VersionsAsync(session, application.Id, before, page.CountToRead + 1);
            var views = versions.Take(page.CountToRead).Select((version, index) => new VersionView(
                version.Version, DatabaseTime.ToTime(version.At), version.Actor.Identity ?? version.Actor.User,
                index + 1 < versions.Count ? ApplicationVersions.Changed(versions[index + 1].Definition, version.Definition) : [], version.Definition));
            return page.PageOf([.. views], view => view.Version.ToString(CultureInfo.InvariantCulture));
        });
        await ApiJson.WriteAsync(http, answer);
    }

    /// <summary>Saves a version: what <paramref name="change"/> makes of the current one, and of an earlier one where its number is given.</summary>
    private async Task SaveAsync(
        HttpContext http, Func<ApplicationVersion?, Application, ApplicationDefinition> change, Dictionary<string, string?> values, long? earlier = null)
    {
        var context = GovernanceRequest.Change(http);
        var view = await database.WriteAsync(async session =>
        {
            var current = await LockAsync(session, http);
            var version = earlier is { } number
                ? await ApplicationStore.VersionAsync(session, current.Id, number) ?? throw ApiException.NotFound($"'{current.Name}' has no version {number}.")
                : null;
            return await ApplicationView.OfAsync(session, await ApplicationVersions.SaveAsync(session, context, secrets, current, change(version, current), values, earlier));
        }, context.Key);
        await ApiJson.WriteAsync(http, view, revision: view.Version);
    }

    private static async ValueTask<Application> LockAsync(WriteSession session, HttpContext http)
    {
        var application = await ApplicationStore.LockAsync(session, http.Route("name")) ?? throw GovernanceRequest.NoSuchApplication(http.Route("name"));
        ApiETag.CheckIfMatch(http.Request, application.Version);
        return application;
    }

    private static ApplicationDefinition Merge(ApplicationDefinition current, JsonObject? change)
    {
        if (change is null)
            return current;
        var merged = JsonMerge.Apply(JsonSerializer.SerializeToNode(current, ApiJson.Options)!.AsObject(), change);
        // Nothing is a rule of its own here: that people correlate.
        if (change.TryGetPropertyValue("correlation", out var rule) && rule is null)
            merged["correlation"] = null;
        return ApiJson.Read<ApplicationDefinition>(merged, "definition");
    }
}
