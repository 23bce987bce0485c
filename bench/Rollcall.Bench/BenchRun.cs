using System.Diagnostics;
using Rollcall.Bench.Figures;
using Rollcall.Bench.Results;
using Rollcall.Bench.Servers;

namespace Rollcall.Bench;

/// <summary>One run of the benchmark: what figures share.</summary>
internal sealed class BenchRun
{
    private readonly string _folder;
    private Dataset? _dataset;
    private Dataset? _equalUsers;
    private readonly Dictionary<(int Users, int Lists), Dataset> _governed = [];
    private int _folders;

    private BenchRun(BenchOptions options, string folder)
    {
        Options = options;
        _folder = folder;
    }

    /// <summary>How often and how long.</summary>
    public BenchOptions Options { get; }

    /// <summary>Measures what is asked for and reports.</summary>
    public static async Task RunAsync(BenchOptions options, TextWriter output)
    {
        var report = new Report(TimeProvider.System.GetLocalNow(), options.IsQuick);
        var folder = Directory.CreateTempSubdirectory("rollcall-bench-"); // For this user only.
        try
        {
            var run = new BenchRun(options, folder.FullName);
            foreach (var figure in Figure.All.Where(figure => options.Only.Count == 0 || options.Only.Contains(figure.Name)))
            {
                await output.WriteLineAsync($"{figure.Name}: {figure.Title}");
                var watch = Stopwatch.StartNew();
                var outcome = await figure.MeasureAsync(run);
                report.Add(figure, outcome);
                await output.WriteLineAsync($"  {outcome.Measured} (bar {figure.Bar}; took {watch.Elapsed.TotalSeconds:0} s)");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        report.WriteMarkdown(output);
        if (options.JsonFile is { } file)
            report.WriteJson(file);
    }

    /// <summary>The users and lists that servers start with.</summary>
    public async Task<Dataset> DatasetAsync() => _dataset ??= await Dataset.MakeAsync(Path.Combine(_folder, "master"));

    /// <summary>Starts a server with many users that are all alike, made once and only read.</summary>
    /// <param name="count">How many.</param>
    public async Task<RollcallServer> StartServerOfEqualUsersAsync(int count)
    {
        _equalUsers ??= await Dataset.MakeEqualUsersAsync(Path.Combine(_folder, "equal"), count);
        return await RollcallServer.StartAsync([Options.Server], CopyTo(_equalUsers), _equalUsers, []);
    }

    /// <summary>Starts a server with users and lists to aggregate.</summary>
    /// <param name="users">How many users.</param>
    /// <param name="lists">How many lists.</param>
    public async Task<RollcallServer> StartGovernedServerAsync(int users, int lists)
    {
        if (!_governed.TryGetValue((users, lists), out var dataset))
            _governed.Add((users, lists), dataset = await Dataset.MakeGovernedAsync(Path.Combine(_folder, $"governed-{users}-{lists}"), users, lists));
        return await RollcallServer.StartAsync([Options.Server], CopyTo(dataset), dataset, []);
    }

    /// <summary>Starts a server on a copy of the data set that is its own.</summary>
    /// <param name="arguments">Further arguments of <c>rollcall serve access</c>.</param>
    public async Task<RollcallServer> StartServerAsync(params IReadOnlyList<string> arguments) =>
        await RollcallServer.StartAsync([Options.Server], await CopyDatasetAsync(), await DatasetAsync(), arguments);

    /// <summary>As <see cref="StartServerAsync"/>, but with <see cref="CountedServer"/> around it.</summary>
    public async Task<RollcallServer> StartCountedServerAsync() =>
        await RollcallServer.StartAsync(CountedServer.Command, await CopyDatasetAsync(), await DatasetAsync(), []);

    /// <summary>A data folder with a copy of the data set.</summary>
    public async Task<string> CopyDatasetAsync() => CopyTo(await DatasetAsync());

    private string CopyTo(Dataset dataset)
    {
        var folder = NewFolder();
        dataset.CopyTo(folder);
        return folder;
    }

    /// <summary>A new empty folder for its owner only.</summary>
    public string NewFolder() =>
        Directory.CreateDirectory(Path.Combine(_folder, $"{++_folders}"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
}
