using System.CommandLine;

namespace Rollcall.Commands;

/// <summary>
/// <c>rollcall completion SHELL</c>: prints what makes a shell complete verbs, options and their values. The shell asks the
/// executable itself, by <c>rollcall [suggest:POSITION] LINE</c>, so its words are always those of the release at hand.
/// </summary>
internal static class CompletionCommand
{
    private const string Bash =
        """
        # rollcall: completion for bash. Load it with: source <(rollcall completion bash)
        _rollcall_complete() {
          local IFS=$'\n'
          COMPREPLY=($("$1" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null))
        }
        complete -o default -F _rollcall_complete rollcall
        """;

    private const string Zsh =
        """
        #compdef rollcall
        # rollcall: completion for zsh. Load it with: source <(rollcall completion zsh)
        _rollcall_complete() {
          local -a words_found
          words_found=("${(@f)$(rollcall "[suggest:${#LBUFFER}]" "${LBUFFER}" 2>/dev/null)}")
          if [[ -n "${words_found[1]}" ]]; then compadd -- "${words_found[@]}"; else _files; fi
        }
        compdef _rollcall_complete rollcall
        """;

    private const string Fish =
        """
        # rollcall: completion for fish. Load it with: rollcall completion fish | source
        function __rollcall_complete
          set -l line (commandline -cp)
          rollcall "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c rollcall -a "(__rollcall_complete)"
        """;

    private const string PowerShell =
        """
        # rollcall: completion for PowerShell. Load it with: rollcall completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName rollcall -ScriptBlock {
          param($word, $line, $position)
          rollcall "[suggest:$position]" "$line" 2>$null | ForEach-Object {
            [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
          }
        }
        """;

    private static readonly Dictionary<string, string> Scripts = new() { ["bash"] = Bash, ["zsh"] = Zsh, ["fish"] = Fish, ["pwsh"] = PowerShell };

    /// <summary>The verb.</summary>
    public static Verb Create(Shell shell)
    {
        var name = new Argument<string>("SHELL") { Description = "bash, zsh, fish or pwsh." };
        name.CompletionSources.Add([.. Scripts.Keys]);
        name.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !Scripts.ContainsKey(token.Value))
                result.AddError($"\"{Shell.Echo(token.Value)}\" is none of {string.Join(", ", Scripts.Keys)}.");
        });
        return new Verb("completion", "Prints the script that makes a shell complete rollcall's verbs, options and values. Its first line says how to load it.") { ShowsInherited = false }
            .With(name)
            .WithExamples("rollcall completion bash")
            .Does((parsed, _) =>
            {
                shell.Output.WriteLine(Scripts[parsed.GetRequiredValue(name)]);
                return Task.FromResult(ExitCode.Done);
            });
    }

    /// <summary>Answers a shell that asks: the words that may stand at a position of a line, one a line.</summary>
    /// <param name="arguments">The command line of the process.</param>
    /// <param name="root">The root command.</param>
    /// <param name="output">Where the words go.</param>
    /// <returns>False if the command line does not ask for words.</returns>
    public static bool TrySuggest(IReadOnlyList<string> arguments, Command root, TextWriter output)
    {
        if (arguments is not [['[', 's', 'u', 'g', 'g', 'e', 's', 't', ':', .. var position, ']'], var line] || !int.TryParse(position, out var at))
            return false;
        var start = line.IndexOf(' ', StringComparison.Ordinal) + 1;
        if (start == 0 || at < start)
            return true;
        // The command's name is the shell's matter: it may be a path.
        var typed = line[start..Math.Min(at, line.Length)];
        var word = typed[(typed.LastIndexOf(' ') + 1)..];
        // After a word that stands for nothing, nothing can be said.
        if (root.Parse(typed[..^word.Length]).UnmatchedTokens.Count > 0)
            return true;
        // The library finds words that hold what was typed anywhere, and gives an option of a parent once for each.
        var words = root.Parse(typed).GetCompletions(typed.Length).Select(completion => completion.InsertText ?? completion.Label)
            .Where(found => found.StartsWith(word, StringComparison.Ordinal) && !found.StartsWith('/') && found is not "-?").Distinct().ToList();
        // Options where they are asked for, or nothing else may stand there.
        var plain = words.Where(found => !found.StartsWith('-')).ToList();
        foreach (var found in plain.Count > 0 ? plain : words)
            output.WriteLine(found);
        return true;
    }
}
