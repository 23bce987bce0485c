using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Access.Integrations;
using Rollcall.Data;
using Rollcall.IdentityIq.Isc;
using Rollcall.IdentityIq.Xml;
using Rollcall.Web.Api;

namespace Rollcall.Access.Api;

/// <summary>
/// <c>GET /api/v1/integrations/{name}/export</c>: the integration as the application that SailPoint is to have for it, in the platform's
/// own format, without its secret.
/// </summary>
internal sealed class IntegrationExportApi(Database database, string publicUrl)
{
    private const string Xml = "application/xml";

    // RFC 7303 §3: elements without a root; RFC 6902 §6.
    private const string XmlFragment = "application/xml-external-parsed-entity";
    private const string JsonPatch = "application/json-patch+json";

    /// <summary>Maps the endpoint.</summary>
    public void Map(IEndpointRouteBuilder api) => api.MapGet("/integrations/{name}/export", (RequestDelegate)ExportAsync)
        .Describe("exportIntegration", "The integration as a SailPoint application: base URL, OAuth settings, schemas, policies, retries. A placeholder stands for the secret.")
        .Answers<JsonObject>(StatusCodes.Status200OK, Xml, XmlFragment, JsonPatch)
        .TakesQuery("format", "identityiq for Application XML, isc for the JSON of an Identity Security Cloud source.")
        .TakesQuery("fragment", "Whether only retryableErrors, usePatch and skipGrpUpdate are given: XML entries for the debug page, or a JSON Patch.", typeof(bool));

    private async Task ExportAsync(HttpContext http)
    {
        var integration = await database.ReadAsync(async session => await AdminRequest.FindIntegrationAsync(session, http));
        var isFragment = http.Request.Query["fragment"] == "true";
        var (mediaType, text) = (http.Request.Query["format"].ToString(), isFragment) switch
        {
            ("identityiq", false) => (Xml, ApplicationXml.Write(IntegrationApplication.OfIdentityIq(integration, publicUrl), string.Join("\n     ", IntegrationApplication.Notes(integration)))),
            ("identityiq", true) => (XmlFragment, ApplicationXml.WriteFragment(IntegrationApplication.OfIdentityIq(integration, publicUrl))),
            ("isc", false) => (ApiJson.MediaType, SourceJson.Write(IntegrationApplication.Of(integration, publicUrl), IntegrationApplication.Notes(integration))),
            ("isc", true) => (JsonPatch, SourceJson.WritePatch(IntegrationApplication.Of(integration, publicUrl))),
            _ => throw ApiException.Invalid("format", "The format is identityiq or isc."),
        };
        http.Response.ContentType = $"{mediaType}; charset=utf-8";
        await http.Response.WriteAsync(text, http.RequestAborted);
    }
}
