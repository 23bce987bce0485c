using System.Globalization;
using System.Runtime.InteropServices;

namespace Rollcall.Bench.Results;

/// <summary>What the figures were measured on.</summary>
internal sealed record Machine(string Processor, int Cores, string Memory, string System, string Runtime)
{
    public static Machine This { get; } = new(
        Line("/proc/cpuinfo", "model name")?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        string.Create(CultureInfo.InvariantCulture, $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024):0} GiB"),
        Line("/etc/os-release", "PRETTY_NAME")?.Split('=', 2)[1].Trim('"') ?? RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription);

    public override string ToString() => $"{Processor}, {Cores} cores, {Memory}, {System}, {Runtime}";

    private static string? Line(string file, string start) =>
        File.Exists(file) ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal)) : null;
}
