using System.Globalization;

namespace Rollcall.Scim.Messages;

/// <summary>
/// The media types of SCIM (RFC 7644 §3.1, §3.8). Answers are always <see cref="Scim"/>; requests may say
/// <c>application/json</c> or <c>text/json</c> as well, with or without <c>charset=utf-8</c>.
/// </summary>
public static class MediaTypes
{
    /// <summary>The media type of SCIM, of all answers that have a body.</summary>
    public const string Scim = "application/scim+json";

    /// <summary>
    /// Whether a body of that <c>Content-Type</c> is read; 415 if not. A body without one is: it can only be JSON.
    /// </summary>
    public static bool IsReadable(string? contentType)
    {
        if (string.IsNullOrWhiteSpace(contentType))
            return true;
        var parts = contentType.Split(';', StringSplitOptions.TrimEntries);
        return IsJson(parts[0]) && parts.Skip(1).All(IsUtf8);

        static bool IsUtf8(string parameter)
        {
            var (name, value) = Pair(parameter);
            return !name.Equals("charset", StringComparison.OrdinalIgnoreCase)
                || value.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
                || value.Equals("utf8", StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>
    /// Whether a client that sends this <c>Accept</c> takes SCIM's JSON; 406 if not. No header, <c>*/*</c>,
    /// <c>application/*</c> and the three JSON types do, unless their weight is 0. The most specific range that fits decides
    /// (RFC 9110 §12.5.1).
    /// </summary>
    public static bool IsAcceptable(string? accept)
    {
        // What nearly all clients send needs no taking apart.
        if (string.IsNullOrWhiteSpace(accept) || accept is Scim or "*/*" or "application/json")
            return true;
        var best = -1;
        var acceptable = false;
        foreach (var range in accept.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = range.Split(';', StringSplitOptions.TrimEntries);
            var rank = Rank(parts[0]);
            if (rank < 0 || rank < best)
                continue;
            var wanted = Weight(parts) > 0;
            acceptable = rank > best ? wanted : acceptable || wanted;
            best = rank;
        }
        return acceptable;
    }

    private static int Rank(string range)
    {
        if (range.Equals(Scim, StringComparison.OrdinalIgnoreCase))
            return 3;
        if (IsJson(range))
            return 2;
        if (range.Equals("application/*", StringComparison.OrdinalIgnoreCase) || range.Equals("text/*", StringComparison.OrdinalIgnoreCase))
            return 1;
        return range == "*/*" ? 0 : -1;
    }

    private static double Weight(string[] parts)
    {
        foreach (var part in parts.Skip(1))
        {
            var (name, value) = Pair(part);
            if (name.Equals("q", StringComparison.OrdinalIgnoreCase))
                return double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight) ? weight : 1;
        }
        return 1;
    }

    private static bool IsJson(string type) =>
        type.Equals(Scim, StringComparison.OrdinalIgnoreCase)
        || type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        || type.Equals("text/json", StringComparison.OrdinalIgnoreCase);

    private static (string Name, string Value) Pair(string parameter)
    {
        var equals = parameter.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (parameter, "") : (parameter[..equals].Trim(), parameter[(equals + 1)..].Trim().Trim('"'));
    }
}
