using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;

namespace Rollcall.Commands;

/// <summary>What an integration's platform may do: the options of <c>integrations create</c> and <c>update</c>.</summary>
internal sealed class IntegrationRules
{
    private const int HighestRate = 1_000_000;

    private readonly Option<int?> _rateLimit = OptionOf.Number("--rate-limit", "Requests a second before 429 is answered; 0 switches the limit off. Default: off.", 0, HighestRate);
    private readonly Option<bool?> _strict = OptionOf.Switch("--strict", "Follow the RFCs to the letter: accept no quirks of particular platforms. Default: false.");
    private readonly IReadOnlyList<(string Key, Option<string> Option)> _choices =
    [
        ("groupCreation", OptionOf.Choice("--group-creation", "A Group that no list is offered for: adopt refuses it and says what to do, create makes a list, deny refuses. Default: adopt.", "adopt", "create", "deny")),
        ("groupRename", OptionOf.Choice("--group-rename", "A changed displayName: refuse it, or follow it in the list's title. Default: refuse; follow for Okta and with --group-creation create.", "refuse", "follow")),
        ("unconditionalPut", OptionOf.Choice("--unconditional-put", "A PUT without If-Match: detect refuses it if the list changed meanwhile, allow accepts it, require asks for If-Match. Default: detect.", "detect", "allow", "require")),
        ("membersInLists", OptionOf.Choice("--members-in-lists", "Whether lists of Groups carry their members unless asked otherwise. Default: include.", "include", "omit")),
        ("discovery", OptionOf.Choice("--discovery", "classic leaves out of ServiceProviderConfig what old parsers stumble over. Default: full.", "full", "classic")),
        ("auditReads", OptionOf.Choice("--audit-reads", "Audit reads summed up by the minute, or all of them. Default: summary.", "summary", "all")),
    ];

    /// <summary>The options, in the order of the help.</summary>
    public IReadOnlyList<Option> Options => [.. _choices.Select(choice => choice.Option), _rateLimit, _strict];

    /// <summary>Whether any rule is given.</summary>
    public bool AnyGiven(SymbolResult command) => Options.Any(option => Server.IsGiven(command, option));

    /// <summary>The rules that are given, as the API's <c>rules</c>; null where none is.</summary>
    public JsonObject? Read(Call call)
    {
        var rules = new JsonObject();
        foreach (var (key, option) in _choices)
        {
            if (call.Get(option) is { } value)
                rules[key] = value;
        }

        if (call.Get(_rateLimit) is { } rate)
            rules["rateLimit"] = rate;
        if (call.Get(_strict) is { } strict)
            rules["strict"] = strict;
        return rules.Count > 0 ? rules : null;
    }
}
