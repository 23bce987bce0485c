using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Access.Apply;
using Rollcall.Access.Integrations;
using Rollcall.Access.Lists;
using Rollcall.Data;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Access.Api;

/// <summary>
/// <c>GET /api/v1/export</c>: all lists with their members as documents that <see cref="ApplyApi"/> takes; <c>format</c> is
/// <c>yaml</c> or <c>json</c>, which is a list of documents. <c>type</c>, <c>integration</c> and <c>name</c> narrow it.
/// </summary>
internal sealed class ExportApi(Database database, IntegrationDirectory directory)
{
    // What was put together is sent in pieces of about this many characters.
    private const int Piece = 64 * 1024;

    private static readonly JsonSerializerOptions OneLine = new() { Encoder = ApiJson.Options.Encoder };

    private readonly Exporter _exporter = new(database, directory);

    /// <summary>Maps the endpoint.</summary>
    public void Map(IEndpointRouteBuilder api) => api.MapGet("/export", (RequestDelegate)ExportAsync)
        .Describe("exportLists", "All lists with their members, as documents that apply takes.")
        .Answers<IReadOnlyList<JsonObject>>(StatusCodes.Status200OK, "application/yaml")
        .TakesQuery("format", "yaml, the default, or json.")
        .TakesQuery("type", "Only lists of a type: scim, static, or local for those managed here.")
        .TakesQuery("integration", "Only lists of an integration.")
        .TakesQuery("name", "Only the list of a name.");

    private async Task ExportAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var isJson = query["format"].ToString() switch
        {
            "" or "yaml" => false,
            "json" => true,
            _ => throw ApiException.Invalid("format", "The format is yaml or json."),
        };
        var filter = new ExportFilter(
            query.TryGetValue("integration", out var integration) ? IdOf(integration.ToString()) : null,
            query.ContainsKey("type") ? ListRules.Type(query["type"]) : null,
            query.TryGetValue("name", out var name) ? name.ToString() : null);
        http.Response.ContentType = isJson ? ApiJson.MediaType : "application/yaml";

        using var text = new StringWriter { NewLine = "\n" };
        var isFirst = true;
        await foreach (var document in _exporter.ReadAsync(filter))
        {
            if (isJson)
                text.Write($"{(isFirst ? "[\n" : ",\n")}{document.ToJsonString(OneLine)}");
            else
                YamlWriter.Write(text, document);
            isFirst = false;
            if (text.GetStringBuilder().Length >= Piece)
                await SendAsync(http, text.GetStringBuilder());
        }
        if (isJson)
            text.Write(isFirst ? "[]\n" : "\n]\n");
        await SendAsync(http, text.GetStringBuilder());
    }

    private static async Task SendAsync(HttpContext http, StringBuilder text)
    {
        Encoding.UTF8.GetBytes(text.ToString(), http.Response.BodyWriter);
        text.Clear();
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    private long IdOf(string name) =>
        directory.Current.ByName.TryGetValue(name, out var integration)
            ? integration.Id
            : throw ApiException.Invalid("integration", $"There is no integration named '{name.Truncate()}'.");
}
