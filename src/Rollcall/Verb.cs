using System.CommandLine;

namespace Rollcall;

/// <summary>A command with what its help shows beyond names and descriptions.</summary>
internal sealed class Verb(string name, string description) : Command(name, description)
{
    /// <summary>Whole command lines, shown at the end of the help.</summary>
    public IReadOnlyList<string> Examples { get; private set; } = [];

    /// <summary>Options shown together under a title of their own.</summary>
    public IReadOnlyList<(string Title, IReadOnlyList<Option> Options)> Groups { get; private set; } = [];

    /// <summary>Options that the help leaves out.</summary>
    public IReadOnlyList<Option> Unlisted { get; private set; } = [];

    /// <summary>Whether the help shows the options of its parents; <c>serve</c> has no use for them.</summary>
    public bool ShowsInherited { get; init; } = true;

    /// <summary>Whether it asks a server; others have no use for <c>--url</c> and <c>--token</c>, and don't show them.</summary>
    public bool AsksServer { get; init; } = true;

    /// <summary>Adds arguments, options and verbs, in the order of the help.</summary>
    public Verb With(params ReadOnlySpan<Symbol> symbols)
    {
        foreach (var symbol in symbols)
        {
            switch (symbol)
            {
                case Argument argument:
                    Arguments.Add(argument);
                    break;
                case Option option when !Options.Contains(option):
                    Options.Add(option);
                    break;
                case Command verb:
                    Subcommands.Add(verb);
                    break;
            }
        }

        return this;
    }

    /// <summary>Adds options under a title of their own.</summary>
    public Verb WithGroup(string title, IReadOnlyList<Option> options)
    {
        Groups = [.. Groups, (title, options)];
        return With([.. options]);
    }

    /// <summary>Adds options that are understood but shown in another verb's help.</summary>
    public Verb WithUnlisted(IReadOnlyList<Option> options)
    {
        Unlisted = options;
        return With([.. options]);
    }

    /// <summary>Adds examples.</summary>
    public Verb WithExamples(params string[] examples)
    {
        Examples = examples;
        return this;
    }

    /// <summary>Refuses command lines that <paramref name="isRight"/> finds wrong, as wrong usage.</summary>
    public Verb Needs(Func<System.CommandLine.Parsing.CommandResult, bool> isRight, string otherwise)
    {
        Validators.Add(result =>
        {
            if (!isRight(result))
                result.AddError(otherwise);
        });
        return this;
    }

    /// <summary>What the verb does.</summary>
    public Verb Does(Func<ParseResult, CancellationToken, Task<int>> action)
    {
        SetAction(action);
        return this;
    }
}
