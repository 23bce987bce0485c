using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Rollcall.Access.Integrations;

namespace Rollcall.Access.OAuth;

/// <summary>
/// An integration's SCIM endpoint as OAuth sees it: a protected resource with metadata of its own (RFC 9728).
/// </summary>
public readonly partial record struct ProtectedResource
{
    /// <summary>Where the metadata stands: before the path of the resource (RFC 9728 §3.1).</summary>
    internal const string MetadataPath = "/.well-known/oauth-protected-resource/scim/{integration}/v2";

    private readonly string _publicUrl;
    private readonly string _name;

    private ProtectedResource(string publicUrl, string name)
    {
        _publicUrl = publicUrl;
        _name = name;
        BaseUrl = $"{publicUrl}/scim/{name}/v2";
    }

    /// <summary>The SCIM base URL, without a slash at the end: also the audience of access tokens.</summary>
    public string BaseUrl { get; }

    /// <summary>The URL of the metadata; null where the name can't be one of an integration.</summary>
    public string? MetadataUrl => IsName(_name) ? $"{_publicUrl}/.well-known/oauth-protected-resource/scim/{_name}/v2" : null;

    /// <summary>The resource of an integration.</summary>
    /// <param name="publicUrl">What others call this side, without a slash at the end.</param>
    /// <param name="integration">The integration.</param>
    public static ProtectedResource Of(string publicUrl, Integration integration) => new(publicUrl, integration.Name);

    /// <summary>The resource that a path names, whether or not there is such an integration.</summary>
    /// <param name="publicUrl">What others call this side, without a slash at the end.</param>
    /// <param name="name">The name in the path, in any case: integrations are found so too.</param>
    public static ProtectedResource Of(string publicUrl, string name) => new(publicUrl, name.ToLowerInvariant());

    /// <summary>Whether a text may be the name of an integration: 1 to 63 lower-case letters, digits, '.', '_' and '-', the first a letter or digit.</summary>
    internal static bool IsName(string text) => NamePattern().IsMatch(text);

    /// <summary>
    /// Answers the metadata (RFC 9728 §2). It is the same for every name that an integration could have, so that it tells
    /// nobody which names are taken: everything below <c>/scim</c> is protected by this issuer, be it there or not.
    /// </summary>
    internal static Task AnswerMetadataAsync(HttpContext http, string issuer)
    {
        var name = (string)http.Request.RouteValues["integration"]!;
        // What is told must be what the URL was made from (§3.3), so another case is another resource.
        if (!IsName(name))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("resource", Of(issuer, name).BaseUrl);
            writer.WriteStartArray("authorization_servers");
            writer.WriteStringValue(issuer);
            writer.WriteEndArray();
            writer.WriteStartArray("bearer_methods_supported");
            writer.WriteStringValue("header");
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = buffer.Length;
        return http.Response.Body.WriteAsync(buffer.ToArray(), http.RequestAborted).AsTask();
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,62}\z")]
    private static partial Regex NamePattern();
}
