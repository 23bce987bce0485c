using System.Buffers;
using Microsoft.AspNetCore.Http;
using Rollcall.Access.Integrations;
using Rollcall.Access.Scim.Paging;
using Rollcall.Scim;
using Rollcall.Scim.Messages;
using Rollcall.Scim.Schemas;
using Rollcall.Web;

namespace Rollcall.Access.Scim;

/// <summary>What the service provider is able to do and how its resources look (RFC 7644 §4).</summary>
internal static class DiscoveryEndpoints
{
    /// <summary>Maps them. They answer without a token, but not to a wrong one: SailPoint's connection test calls nothing else.</summary>
    public static void Map(ScimRoutes routes)
    {
        routes.MapOpen("/ServiceProviderConfig", ConfigurationAsync);
        // IdentityIQ's documentation also writes the plural.
        routes.MapOpen("/ServiceProviderConfigs", ConfigurationAsync);
        routes.MapOpen("/ResourceTypes", request => AnswerAsync(request, Rollcall.Scim.Messages.Discovery.List([.. Types(request).Select(type => Rollcall.Scim.Messages.Discovery.ResourceType(type, request.BaseUrl))])));
        routes.MapOpen("/ResourceTypes/{id}", ResourceTypeAsync);
        routes.MapOpen("/Schemas", request => AnswerAsync(request, Rollcall.Scim.Messages.Discovery.List([.. Schemas(request).Select(schema => Rollcall.Scim.Messages.Discovery.Schema(schema, request.BaseUrl))])));
        routes.MapOpen("/Schemas/{id}", SchemaAsync);
        // What RFC 7644 knows and this server does not offer is answered as such, and discovery says so too.
        foreach (var method in (string[])[HttpMethods.Get, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete])
            routes.Map(method, "/Me", _ => throw NotOffered("There is no /Me here: clients are integrations, not Users. Name the User by its id."));
    }

    private static Task ConfigurationAsync(ScimRequest request) => AnswerAsync(request, new ServiceProviderConfig
    {
        BulkMaxOperations = BulkEndpoint.MaxOperations,
        BulkMaxPayloadSize = BulkEndpoint.MaxPayloadSize,
        FilterMaxResults = ListEndpoints.MaxPageSize,
        AuthenticationSchemes =
        [
            new AuthenticationScheme("oauthbearertoken", "OAuth Bearer Token", "A bearer token from the token endpoint by OAuth 2.0 client credentials, or a static token.")
            {
                SpecUri = "https://www.rfc-editor.org/rfc/rfc6750",
                Primary = true,
            },
        ],
        Pagination = IsClassic(request) ? null : new PaginationConfig
        {
            Cursor = true,
            Index = true,
            DefaultPaginationMethod = "index",
            DefaultPageSize = ListEndpoints.DefaultPageSize,
            MaxPageSize = ListEndpoints.MaxPageSize,
            CursorTimeout = Cursors.TimeoutSeconds,
        },
    }.ToJson(request.BaseUrl));

    private static Task ResourceTypeAsync(ScimRequest request) =>
        Types(request).FirstOrDefault(type => type.Name.Equals(request.Id, StringComparison.OrdinalIgnoreCase)) is { } type
            ? AnswerAsync(request, Rollcall.Scim.Messages.Discovery.ResourceType(type, request.BaseUrl))
            : throw ScimException.NotFound($"There is no resource type '{request.Id.Truncate()}'. Those there are: {string.Join(", ", Types(request).Select(known => known.Name))}.");

    private static Task SchemaAsync(ScimRequest request)
    {
        // A SailPoint user saw requests for /Schemas/User: the short name will do.
        var schema = Schemas(request).FirstOrDefault(schema =>
            schema.Id.Equals(request.Id, StringComparison.OrdinalIgnoreCase)
            || (!request.Integration.Rules.Strict && schema.Name.Equals(request.Id, StringComparison.OrdinalIgnoreCase)));
        return schema is null
            ? throw ScimException.NotFound($"There is no schema '{request.Id.Truncate()}'. GET /Schemas lists those there are.")
            : AnswerAsync(request, Rollcall.Scim.Messages.Discovery.Schema(schema, request.BaseUrl));
    }

    private static ScimException NotOffered(string detail) => new(501, null, detail);

    private static bool IsClassic(ScimRequest request) => request.Integration.Rules.Discovery == Integrations.Discovery.Classic;

    private static ResourceType[] Types(ScimRequest request) =>
        [ResourceTypes.User, request.Integration.Rules.GroupRename == GroupRename.Refuse ? ResourceTypes.GroupWithFixedName : ResourceTypes.Group];

    private static IReadOnlyList<ScimSchema> Schemas(ScimRequest request) => Rollcall.Scim.Messages.Discovery.SchemasOf(Types(request), IsClassic(request));

    private static async Task AnswerAsync(ScimRequest request, System.Text.Json.Nodes.JsonObject document)
    {
        // RFC 7644 §4: of a query only the filter is refused; all else is ignored, so nothing of it is even read.
        if (request.Http.Request.Query.ContainsKey("filter"))
            throw new ScimException(403, null, "Discovery can't be filtered; leave the filter out.");
        await request.AnswerAsync(200, new ReadOnlySequence<byte>(ScimJson.ToUtf8(document)));
    }
}
