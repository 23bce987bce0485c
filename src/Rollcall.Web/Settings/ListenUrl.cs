using System.Globalization;
using System.Net;

namespace Rollcall.Web.Settings;

/// <summary>
/// A URL to listen on: scheme, host and port, nothing else. The host is an IP address, <c>localhost</c>, or <c>*</c> for
/// every address. A name is refused rather than taken for "every address", which would listen wider than it reads.
/// </summary>
/// <param name="Scheme"><c>http</c> or <c>https</c>.</param>
/// <param name="Host">The host as written; IPv6 addresses in brackets.</param>
/// <param name="Port">0 to 65535; 0 takes a free port.</param>
public sealed record ListenUrl(string Scheme, string Host, int Port)
{
    /// <summary>Whether the URL speaks TLS.</summary>
    public bool IsHttps => Scheme == Uri.UriSchemeHttps;

    /// <summary>Whether only this machine can reach it.</summary>
    public bool IsLoopback => IsLocalhost || (Address is { } address && IPAddress.IsLoopback(address));

    /// <summary>Whether the host is <c>localhost</c>: both loopback addresses.</summary>
    public bool IsLocalhost => Host == "localhost";

    /// <summary>The address to bind; null for <c>localhost</c> and <c>*</c>.</summary>
    public IPAddress? Address => IPAddress.TryParse(Host, out var address) ? address : null;

    /// <summary>Plain HTTP on 127.0.0.1.</summary>
    public static ListenUrl Loopback(int port) => new(Uri.UriSchemeHttp, "127.0.0.1", port);

    /// <summary>Reads a URL; null if it is not one to listen on.</summary>
    public static ListenUrl? Parse(string text)
    {
        // Uri knows no star; "+" is what older servers write for it.
        var isAny = text.Contains("://*", StringComparison.Ordinal) || text.Contains("://+", StringComparison.Ordinal);
        var readable = isAny ? text.Replace("://*", "://any", StringComparison.Ordinal).Replace("://+", "://any", StringComparison.Ordinal) : text;
        if (!Uri.TryCreate(readable, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            return null;
        if (uri.UserInfo.Length > 0 || uri.AbsolutePath != "/" || uri.Query.Length > 0 || uri.Fragment.Length > 0)
            return null;
        if (isAny)
            return uri.Host == "any" ? new ListenUrl(uri.Scheme, "*", uri.Port) : null;
        return uri.Host == "localhost" || uri.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6
            ? new ListenUrl(uri.Scheme, uri.Host, uri.Port)
            : null;
    }

    /// <summary>The URL without a slash at the end.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Scheme}://{Host}:{Port}");
}
