using System.CommandLine;
using System.CommandLine.Invocation;

namespace Rollcall;

/// <summary>Writes the help of a command: what it does, how it is written, what each part means, examples.</summary>
internal sealed class HelpWriter : SynchronousCommandLineAction
{
    private const int PageWidth = 100;
    private const int WidestName = 34;

    /// <summary>Help is given also where the rest of the command line is wrong.</summary>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.InvocationConfiguration.Output, parseResult.CommandResult.Command);
        return ExitCode.Done;
    }

    /// <summary>Writes a command's help.</summary>
    public static void Write(TextWriter output, Command command)
    {
        foreach (var line in Wrap(command.Description ?? "", PageWidth))
            output.WriteLine(line);

        output.WriteLine();
        output.WriteLine("Usage:");
        foreach (var usage in Usages(command))
            output.WriteLine($"  {usage}");

        Section(output, "Arguments", command.Arguments.Select(argument => (argument.Name, argument.Description)));
        Section(output, "Commands", command.Subcommands.Where(sub => !sub.Hidden).Select(sub => (sub.Name, sub.Description)));

        var verb = command as Verb;
        var groups = verb?.Groups ?? [];
        var own = command.Options.Where(option => !groups.Any(group => group.Options.Contains(option)) && verb?.Unlisted.Contains(option) is not true && !IsShared(option));
        Section(output, "Options", Rows(own));
        foreach (var (title, options) in groups)
            Section(output, title, Rows(options));
        var shared = Path(command).SelectMany(parent => parent.Options).Where(IsShared);
        if (verb is { ShowsInherited: true, AsksServer: true })
            Section(output, "Server and output", Rows(shared));
        else if (verb is { ShowsInherited: true })
            Section(output, "Data and output", Rows(shared.Where(option => option.Name is not ("--url" or "--token"))));

        if (verb is { Examples.Count: > 0 })
        {
            output.WriteLine();
            output.WriteLine("Examples:");
            foreach (var example in verb.Examples)
                output.WriteLine($"  {example}");
        }
    }

    /// <summary>The command's full name: <c>rollcall lists members add</c>.</summary>
    public static string FullName(Command command) => string.Join(' ', Path(command).Select(part => part.Name));

    private static bool IsShared(Option option) => option.Recursive && option is not System.CommandLine.Help.HelpOption;

    private static IEnumerable<Command> Path(Command command)
    {
        var parents = command.Parents.OfType<Command>().FirstOrDefault();
        return parents is null ? [command] : Path(parents).Append(command);
    }

    private static IEnumerable<string> Usages(Command command)
    {
        var name = FullName(command);
        if (command.Action is not null)
        {
            var arguments = command.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues is 0 ? $"[{argument.Name}]" : argument.Name);
            var needed = command.Options.Where(option => option.Required).Select(option => Name(option));
            yield return string.Join(' ', [name, .. arguments, .. needed, "[options]"]);
        }

        if (command.Subcommands.Count > 0)
            yield return $"{name} COMMAND [options]";
    }

    private static IEnumerable<(string, string?)> Rows(IEnumerable<Option> options) =>
        options.Where(option => !option.Hidden).Select(option => (Name(option), option.Description));

    private static string Name(Option option)
    {
        var value = option.HelpName;
        if (value is null)
            return string.Join(", ", option.Aliases.Where(alias => alias.StartsWith('-')).Append(option.Name));
        return option.Arity.MinimumNumberOfValues is 0 ? $"{option.Name} [{value}]" : $"{option.Name} {value}";
    }

    private static void Section(TextWriter output, string title, IEnumerable<(string Name, string? Description)> rows)
    {
        var all = rows.ToList();
        if (all.Count is 0)
            return;
        output.WriteLine();
        output.WriteLine($"{title}:");
        var fitting = all.Where(row => row.Name.Length <= WidestName).Select(row => row.Name.Length);
        var width = fitting.DefaultIfEmpty(WidestName).Max();
        foreach (var (name, description) in all)
        {
            var lines = Wrap(description ?? "", PageWidth - width - 4).ToList();
            // A name that is too wide for its column has the line to itself.
            if (name.Length > width)
                output.WriteLine($"  {name}");
            for (var i = 0; i < lines.Count; i++)
                output.WriteLine($"  {(i is 0 && name.Length <= width ? name : "").PadRight(width)}  {lines[i]}");
        }
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line = line.Length is 0 ? word : $"{line} {word}";
        }

        yield return line;
    }
}
