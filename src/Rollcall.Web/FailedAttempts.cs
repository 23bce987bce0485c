using System.Net;
using System.Net.Sockets;

namespace Rollcall.Web;

/// <summary>
/// Slows down who shows wrong credentials again and again (RFC 6749 §10.10, RFC 7644 §7.7): past an allowance of
/// <see cref="Burst"/> at once and one every <see cref="Interval"/> the answer is 429 with <c>Retry-After</c>. Only wrong
/// credentials are counted and refused so. Right ones are never asked about here: nobody is locked out because somebody
/// else guesses.
/// </summary>
/// <param name="timeProvider">The monotonic clock.</param>
public sealed class FailedAttempts(TimeProvider timeProvider)
{
    /// <summary>How many wrong credentials may be shown at once.</summary>
    public const int Burst = 30;

    /// <summary>In what time one more may be shown.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly TokenBuckets<string> _buckets = new(timeProvider);

    /// <summary>Counts wrong credentials of a client that there is.</summary>
    /// <param name="client">The client's id.</param>
    /// <returns>Zero, or how long to wait before the next attempt.</returns>
    public TimeSpan OfClient(string client) => _buckets.Take($"client {client}", Burst, Interval);

    /// <summary>Counts wrong credentials of somebody who is known by nothing but an address.</summary>
    /// <param name="address">Where the request came from; null where that is not known.</param>
    /// <returns>Zero, or how long to wait before the next attempt.</returns>
    public TimeSpan OfAddress(IPAddress? address) => _buckets.Take(NetworkOf(address), Burst, Interval);

    /// <summary>A time to wait as <c>Retry-After</c> has it: whole seconds, rounded up.</summary>
    public static int Seconds(TimeSpan wait) => (int)Math.Ceiling(wait.TotalSeconds);

    // A single subscriber of IPv6 has at least 2^64 addresses.
    private static string NetworkOf(IPAddress? address) => address switch
    {
        null => "nowhere",
        { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false } => $"network {Convert.ToHexString(address.GetAddressBytes(), 0, 8)}",
        _ => $"address {(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)}",
    };
}
