using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Scim.Client;

/// <summary>A resource as a server sent it. It is never taken for what was sent to the server (RFC 7644 §3.1).</summary>
public sealed class ScimResource
{
    private readonly Uri _baseUrl;

    internal ScimResource(JsonElement json, string id, Uri baseUrl, string? etag)
    {
        Json = json;
        Id = id;
        _baseUrl = baseUrl;
        Version = json.Find("meta")?.Text("version") ?? etag;
    }

    /// <summary>The JSON. It stays valid.</summary>
    public JsonElement Json { get; }

    /// <summary>The id that the server gave it.</summary>
    public string Id { get; }

    /// <summary><c>meta.version</c>, or the <c>ETag</c> of the answer; null where the server has no versions. To be sent back as it is.</summary>
    public string? Version { get; }

    /// <summary>The URI of the resource, absolute; null where the server gave none.</summary>
    public Uri? Location => Json.Find("meta")?.Text("location") is { } text && Uri.TryCreate(_baseUrl, text, out var location) ? location : null;

    /// <summary>The value of an attribute by its name in any case; null where it is unassigned.</summary>
    /// <param name="name">The name, or <c>name.subName</c> for a part of a single complex value.</param>
    public JsonElement? Find(string name)
    {
        JsonElement? found = Json;
        foreach (var part in name.Split('.'))
            found = found?.Find(part);
        return found is { ValueKind: JsonValueKind.Null } ? null : found;
    }

    /// <summary>An attribute as text; null where it is unassigned or something else.</summary>
    public string? Text(string name) => Find(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>The resource as the body of a PUT, with <c>meta.version</c>, to be changed.</summary>
    public JsonObject ToBody() => ScimJson.ParseObject(JsonSerializer.SerializeToUtf8Bytes(Json));
}
