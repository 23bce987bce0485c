using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Rollcall.Bench.Servers;

/// <summary>
/// A server in a process of its own, started by the benchmark. It prints <c>Access URL</c>, or <c>Governance URL</c>, and then a
/// line that begins <c>Ready</c>, as rollcall does.
/// </summary>
internal sealed class ChildServer : IAsyncDisposable
{
    private const int Terminate = 15;

    private readonly Process _process;

    private ChildServer(Process process, Uri url)
    {
        _process = process;
        Url = url;
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>Resident memory now, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>The most resident memory since the start, or since <see cref="ForgetPeak"/>, in bytes.</summary>
    public long PeakResidentBytes => 1024 * long.Parse(
        File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    /// <summary>Makes <see cref="PeakResidentBytes"/> begin anew.</summary>
    public void ForgetPeak() => File.WriteAllText($"/proc/{_process.Id}/clear_refs", "5");

    /// <summary>Time that processors spent on it so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts it and waits until it is ready.</summary>
    public static async Task<ChildServer> StartAsync(string file, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        Uri? url = null;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("Access ", StringComparison.Ordinal) || line.StartsWith("Governance ", StringComparison.Ordinal))
                url = new Uri(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
            else if (line.StartsWith("Ready", StringComparison.Ordinal))
                return new ChildServer(process, url!);
        }
        await process.WaitForExitAsync();
        throw new InvalidOperationException($"{file} ended with exit code {process.ExitCode} before it was ready.");
    }

    /// <summary>Sends it a line and answers the line that it prints then.</summary>
    public string Ask(string line)
    {
        _process.StandardInput.WriteLine(line);
        return _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The server has ended.");
    }

    /// <summary>Asks it to stop, and waits until it has.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _ = Signal(_process.Id, Terminate);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int processId, int signal);
}
