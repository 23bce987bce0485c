using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Audit;

/// <summary>
/// What the audit log calls the requests to an endpoint: the code that a refused write has is the one that it would have
/// had when done. Codes follow from path and method, so that a new endpoint has one by itself.
/// </summary>
internal sealed class AuditRoute
{
    /// <summary>The code of a request for a token.</summary>
    public const string TokenIssue = "token.issue";

    private const string Scim = "/scim/{integration}/v2/";
    private const string Admin = "/api/v1/";
    private const string OAuth = "/oauth/";

    // Codes that stores write and that path and method don't give.
    private static readonly FrozenDictionary<string, string> Renamed = new Dictionary<string, string>
    {
        ["list.member.delete"] = "list.member.remove",
        ["person.block.put"] = "person.block",
        ["person.block.delete"] = "person.unblock",
        ["integration.secret.create"] = "integration.rotate-secret",
        ["integration.secret.delete"] = "integration.revoke-secret",
        ["integration.token.create"] = "integration.add-token",
        ["integration.token.delete"] = "integration.revoke-token",
        ["bulk.create"] = "bulk",
        ["apply.create"] = "apply",
    }.ToFrozenDictionary();

    /// <summary>What was done, such as <c>group.patch</c>.</summary>
    public required string Code { get; init; }

    /// <summary>The path as the endpoint has it, such as <c>/scim/{integration}/v2/Users/{id}</c>; empty for paths without an endpoint.</summary>
    public string Path { get; init; } = "";

    /// <summary>What it is done to; null for what is no resource.</summary>
    public ResourceKind? Kind { get; init; }

    /// <summary>The parameter of the path that says to which; null where there is none.</summary>
    public string? IdParameter { get; init; }

    /// <summary>Whether it only reads.</summary>
    public bool IsRead { get; init; }

    /// <summary>Whether it is an endpoint of the admin API.</summary>
    public bool IsAdmin { get; init; }

    /// <summary>A write to a path that has no endpoint.</summary>
    public static AuditRoute Unknown { get; } = new() { Code = "unknown" };

    /// <summary>A write to a resource of a type, as an operation of a bulk request.</summary>
    public static AuditRoute OfOperation(ResourceType type, string method)
    {
        var isUser = type.Name == ResourceTypes.User.Name;
        return new AuditRoute { Code = $"{(isUser ? "user" : "group")}.{Verb(method, isAdmin: false)}", Kind = isUser ? ResourceKind.User : ResourceKind.List };
    }

    /// <summary>The requests to an endpoint; null for endpoints that are open to all and tell nothing, which are not audited.</summary>
    public static AuditRoute? Of(Endpoint endpoint)
    {
        if (endpoint is not RouteEndpoint { RoutePattern: { RawText: { } path } pattern }
            || endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is not [var method, ..])
            return null;
        path = '/' + path.TrimStart('/');
        if (path.StartsWith(OAuth, StringComparison.Ordinal))
            return OfToken(path, method);
        var isAdmin = path.StartsWith(Admin, StringComparison.Ordinal);
        if (!isAdmin && !path.StartsWith(Scim, StringComparison.Ordinal))
            return null;
        var segments = pattern.PathSegments.Skip(isAdmin ? 2 : 3).Select(segment => segment.Parts[0]).ToList();
        return Of(path, method, segments, isAdmin);
    }

    private static AuditRoute? OfToken(string path, string method) => method == HttpMethods.Post
        ? new AuditRoute
        {
            Code = path[OAuth.Length..] switch { "token" => TokenIssue, var other => $"token.{other}" },
            Path = path,
            Kind = ResourceKind.Integration,
        }
        : null;

    private static AuditRoute Of(string path, string method, List<RoutePatternPart> segments, bool isAdmin)
    {
        var isSearch = segments is [.., RoutePatternLiteralPart { Content: ".search" }];
        if (isSearch)
            segments.RemoveAt(segments.Count - 1);
        var nouns = segments.OfType<RoutePatternLiteralPart>().Select(literal => Noun(literal.Content)).DefaultIfEmpty("resource").ToList();
        var isRead = isSearch || HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
        var verb = isRead
            ? !isSearch && segments is [.., RoutePatternParameterPart] ? "read" : "query"
            : Verb(method, isAdmin);
        var code = nouns is ["discovery", ..] ? "discovery.read" : $"{string.Join('.', nouns)}.{verb}";
        return new AuditRoute
        {
            Code = Renamed.GetValueOrDefault(code, code),
            Path = path,
            Kind = nouns[0] switch
            {
                "user" or "person" => ResourceKind.User,
                "group" or "list" => ResourceKind.List,
                "integration" or "discovery" => ResourceKind.Integration,
                _ => null,
            },
            IdParameter = nouns[0] == "discovery" ? "integration" : segments.OfType<RoutePatternParameterPart>().FirstOrDefault()?.Name,
            IsRead = isRead,
            IsAdmin = isAdmin,
        };
    }

    private static string Verb(string method, bool isAdmin) => method switch
    {
        "POST" => "create",
        "PUT" => isAdmin ? "put" : "replace",
        "PATCH" => isAdmin ? "update" : "patch",
        "DELETE" => "delete",
        _ => method.ToLowerInvariant(),
    };

    private static string Noun(string segment) => segment switch
    {
        "people" => "person",
        "ServiceProviderConfig" or "ServiceProviderConfigs" or "Schemas" or "ResourceTypes" => "discovery",
        [.. var singular, 's'] and not "access" => singular.ToLowerInvariant(),
        _ => segment.ToLowerInvariant(),
    };
}
