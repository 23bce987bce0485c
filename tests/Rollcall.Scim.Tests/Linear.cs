using System.Diagnostics;
using Xunit;

namespace Rollcall.Scim.Tests;

/// <summary>Tells work in proportion to its input from quadratic work.</summary>
internal static class Linear
{
    /// <summary>So many that looking at each for each takes minutes, and looking at each once a moment, however busy the machine is.</summary>
    public const int Many = 100_000;

    public static void Check(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(15), $"took {Stopwatch.GetElapsedTime(start)}");
    }
}
