using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Bulk;

/// <summary>What an operation of a bulk request is done to: an endpoint, or a resource at it.</summary>
/// <param name="Type">The type of the resource.</param>
/// <param name="Id">The resource's id, decoded; or a reference to it (<c>bulkId:…</c>). Null for a creation.</param>
public sealed record BulkPath(ResourceType Type, string? Id)
{
    private const int LongestPath = 500;

    /// <summary>Reads a path. Only paths below the base URL of the request are meant: nothing is ever fetched from elsewhere.</summary>
    /// <param name="text">The path.</param>
    /// <param name="isCreation">Whether it has to be an endpoint, rather than a resource.</param>
    /// <param name="types">The types that there are.</param>
    /// <exception cref="ScimException">400 <c>invalidValue</c> for what no operation can be done to, 404 for an endpoint that there is not.</exception>
    internal static BulkPath Parse(string text, bool isCreation, IReadOnlyList<ResourceType> types)
    {
        if (Below(text) is not { } path)
            throw ScimException.InvalidValue("The path must be one below the base URL of this request, such as /Users/{id}, and no URL.");
        if (text.AsSpan().IndexOfAny('?', '#') >= 0)
            throw ScimException.InvalidValue("The path of a bulk operation has no query.");
        var segments = path[1..].TrimEnd('/').Split('/');
        if (segments.Any(segment => segment.Equals(".search", StringComparison.OrdinalIgnoreCase)) || segments[0].ToUpperInvariant() is "BULK" or "ME")
            throw ScimException.InvalidValue($"\"{Faults.Short(text)}\" can't be part of a bulk request. Send it by itself.");
        var type = types.FirstOrDefault(type => type.Endpoint.AsSpan(1).Equals(segments[0], StringComparison.OrdinalIgnoreCase))
            ?? throw ScimException.NotFound($"There is nothing at \"{Faults.Short(text)}\". Bulk operations are done at {string.Join(" and ", types.Select(type => type.Endpoint))}.");
        return (segments.Length, isCreation) switch
        {
            (1, true) => new BulkPath(type, null),
            (2, false) when segments[1].Length > 0 => new BulkPath(type, Uri.UnescapeDataString(segments[1])),
            (_, true) => throw ScimException.InvalidValue($"A POST is sent to an endpoint, such as {type.Endpoint}, not to a resource."),
            _ => throw ScimException.InvalidValue($"The path must name one resource: {type.Endpoint}/{{id}}."),
        };
    }

    /// <summary>The path, whatever is at it, with its slash; null for a URL, for none, and for one that is too long to be repeated.</summary>
    internal static string? Below(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > LongestPath || text.StartsWith("//", StringComparison.Ordinal) || text.Contains("://", StringComparison.Ordinal) || text.Any(char.IsControl))
            return null;
        return text[0] == '/' ? text : $"/{text}";
    }
}
