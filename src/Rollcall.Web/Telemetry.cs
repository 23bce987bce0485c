using System.Diagnostics.Metrics;

namespace Rollcall.Web;

/// <summary>The names of what a web host tells of itself, and what is told of it.</summary>
public static class Telemetry
{
    /// <summary>Meters of this product begin so; all of them are told.</summary>
    public const string OwnMeters = "Rollcall.*";

    /// <summary>The framework's meter of requests.</summary>
    public const string RequestMeter = "Microsoft.AspNetCore.Hosting";

    /// <summary>The framework's histogram of the seconds that requests took.</summary>
    public const string RequestDuration = "http.server.request.duration";

    /// <summary>The runtime's meter of memory, collections and threads, which belongs to the process.</summary>
    public const string RuntimeMeter = "System.Runtime";

    /// <summary>The tag of a trace that has the request's id, as <c>X-Request-Id</c> and the log have it.</summary>
    public const string RequestId = "rollcall.request.id";

    /// <summary>Bounds of the histograms of durations, in seconds: reads take a fraction of a millisecond.</summary>
    internal static double[] Seconds { get; } = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>By what requests are told apart: the route as it was mapped, never a path, which may hold names.</summary>
    internal static string[] RequestTags { get; } = ["http.request.method", "http.route", "http.response.status_code"];

    /// <summary>Whether an instrument measures seconds.</summary>
    internal static bool IsDuration(Instrument instrument) => instrument.Unit == "s" && instrument is Histogram<double>;
}
