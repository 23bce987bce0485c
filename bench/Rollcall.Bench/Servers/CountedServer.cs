using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using Rollcall.Data;

namespace Rollcall.Bench.Servers;

/// <summary>
/// The whole rollcall program in a process of the benchmark, with a listener beside it that counts commits and the writes
/// in them: whoever sends a line is told both.
/// </summary>
internal static class CountedServer
{
    /// <summary>The first argument of the process.</summary>
    public const string Mode = "--counted-server";

    private static long _commits;
    private static long _writes;

    /// <summary>Starts the process.</summary>
    public static IReadOnlyList<string> Command { get; } = [Environment.ProcessPath!, Mode];

    /// <summary>How many commits there were since the start of the process, and how many writes in all of them.</summary>
    public static (long Commits, long Writes) Ask(ChildServer server)
    {
        var counts = server.Ask("count").Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return (counts[0], counts[1]);
    }

    /// <summary>Runs the program with the given arguments.</summary>
    /// <returns>Its exit code.</returns>
    public static int Run(string[] arguments)
    {
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument is { Meter.Name: Telemetry.MeterName, Name: Telemetry.CommitWrites })
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<int>((_, writes, _, _) =>
        {
            Interlocked.Increment(ref _commits);
            Interlocked.Add(ref _writes, writes);
        });
        listener.Start();
        new Thread(Answer) { IsBackground = true }.Start();
        return (int)Assembly.Load("rollcall").EntryPoint!.Invoke(null, [arguments])!;
    }

    private static void Answer()
    {
        while (Console.In.ReadLine() is not null)
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Interlocked.Read(ref _commits)} {Interlocked.Read(ref _writes)}"));
    }
}
