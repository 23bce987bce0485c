namespace Rollcall;

/// <summary>Paths of the API, relative to a side's URL.</summary>
internal static class ApiPath
{
    /// <summary>The path of a resource, each segment escaped.</summary>
    /// <exception cref="CommandFailure">Usage: a segment that no path can carry (empty, "." or "..").</exception>
    public static string Of(params ReadOnlySpan<string> segments)
    {
        var path = "api/v1";
        foreach (var segment in segments)
        {
            // "." and ".." would be taken as steps in the path, also when escaped, and reach another resource.
            if (segment is "" or "." or "..")
                throw CommandFailure.Usage($"\"{segment}\" is not a name; give the name of what is meant.");
            path += "/" + Uri.EscapeDataString(segment);
        }

        return path;
    }

    /// <summary>The path with the query parameters that have a value.</summary>
    public static string With(this string path, params ReadOnlySpan<(string Name, string? Value)> query)
    {
        foreach (var (name, value) in query)
        {
            if (value is not null)
                path += $"{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{name}={Uri.EscapeDataString(value)}";
        }

        return path;
    }
}
