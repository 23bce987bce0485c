using System.Globalization;

namespace Rollcall.Scim;

/// <summary>
/// The version of a resource: a number that grows by one with every committed change. Written as the weak entity tag
/// <c>W/"7"</c> in <c>meta.version</c> and <c>ETag</c> (RFC 7644 §3.14, RFC 9110 §8.8.3).
/// </summary>
/// <param name="Revision">The number, 1 or more.</param>
public readonly record struct ScimVersion(long Revision)
{
    /// <summary>The weak entity tag, such as <c>W/"7"</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"W/\"{Revision}\"");

    /// <summary>
    /// Reads one tag. <c>W/"7"</c>, <c>"7"</c> and <c>7</c> are equal: SCIM compares weakly, and clients that keep
    /// <c>meta.version</c> drop the quotes now and then.
    /// </summary>
    /// <returns>False for anything that this server can't have issued.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out ScimVersion version)
    {
        text = text.Trim();
        if (text.StartsWith("W/", StringComparison.OrdinalIgnoreCase))
            text = text[2..];
        if (text.Length >= 2 && text[0] == '"' && text[^1] == '"')
            text = text[1..^1];
        var ok = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision);
        version = new ScimVersion(revision);
        return ok;
    }
}
