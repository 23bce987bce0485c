using Rollcall.Bench.Figures;

namespace Rollcall.Bench;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchOptions
{
    public const string Usage =
        """
        dotnet run -c Release --project bench/Rollcall.Bench -- [--only NAME]... [--quick] [--json FILE] [--server FILE]

          --only NAME    measure this figure only; may be given several times
          --quick        2 rounds of 0.5 s instead of 5 of 3 s: a look, not a measurement
          --json FILE    write the results there as well
          --server FILE  the executable "rollcall" to measure; by default the one that was built along with this program

        """;

    /// <summary>The names of the figures to measure; empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Whether a look is enough.</summary>
    public bool IsQuick { get; init; }

    /// <summary>Where the results are written as JSON, or null.</summary>
    public string? JsonFile { get; init; }

    /// <summary>The executable to measure.</summary>
    public string Server { get; init; } = Path.Combine(AppContext.BaseDirectory, "rollcall");

    /// <summary>How often what is compared takes turns.</summary>
    public int Rounds => IsQuick ? 2 : 5;

    /// <summary>How long each turn is.</summary>
    public TimeSpan Turn => TimeSpan.FromSeconds(IsQuick ? 0.5 : 3);

    /// <summary>How long each side runs before the first turn that counts.</summary>
    public TimeSpan WarmUp => TimeSpan.FromSeconds(IsQuick ? 2 : 3);

    /// <summary>Reads the command line; null, with the reason told, where it can't be read.</summary>
    public static BenchOptions? Parse(IReadOnlyList<string> arguments, TextWriter errors)
    {
        var options = new BenchOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--quick":
                    options = options with { IsQuick = true };
                    continue;
                case "--only" when Figure.All.Any(figure => figure.Name == value):
                    options = options with { Only = [.. options.Only, value!] };
                    break;
                case "--json" when value is not null:
                    options = options with { JsonFile = Path.GetFullPath(value) };
                    break;
                case "--server" when File.Exists(value):
                    options = options with { Server = Path.GetFullPath(value) };
                    break;
                default:
                    errors.Write(Usage);
                    errors.WriteLine($"Figures: {string.Join(", ", Figure.All.Select(figure => figure.Name))}");
                    return null;
            }
            i++;
        }
        return options;
    }
}
