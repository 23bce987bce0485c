using System.CommandLine;
using Rollcall.Web.Settings;

namespace Rollcall;

/// <summary>The settings as options of the command line, one for each <see cref="SettingKey"/>.</summary>
internal sealed class SettingOptions
{
    private static readonly Dictionary<string, (string HelpName, string Description)> Texts = new()
    {
        ["Data"] = ("FOLDER", "The data folder: databases, admin token, master key. Default: data in the current folder."),
        ["Access:Url"] = ("URL", "Where the Access side listens; port 0 takes a free one. Default: http://127.0.0.1:8080."),
        ["Governance:Url"] = ("URL", "Where the Governance side listens; port 0 takes a free one. Default: http://127.0.0.1:8090."),
        ["Access:PublicUrl"] = ("URL", "What platforms and people call the Access side. Default: the listening URL."),
        ["Governance:PublicUrl"] = ("URL", "What people call the Governance side. Default: the listening URL."),
        ["Access:Database"] = ("CONNECTION", "Connection string of the Access side's PostgreSQL database, or @FILE. Default: SQLite in the data folder."),
        ["Governance:Database"] = ("CONNECTION", "Connection string of the Governance side's PostgreSQL database, or @FILE. Default: SQLite in the data folder."),
        ["AdminToken"] = ("TOKEN", "The admin token, 32 characters or more: - reads it from standard input, @FILE from a file. Default: made at first start."),
        ["MasterKey"] = ("KEY", "32 bytes as base64 that encrypt secrets at rest: - or @FILE. Required with PostgreSQL. Default: made at first start."),
        ["TlsCertificate"] = ("FILE", "PEM file with the server's certificate and its chain; read again when it changes."),
        ["TlsKey"] = ("FILE", "PEM file with the certificate's private key."),
        ["TrustedProxies"] = ("ADDRESSES", "Addresses and networks, parted by commas, whose X-Forwarded-* headers count."),
        ["AllowHttp"] = ("true|false", "Accept plain HTTP on an address that other machines reach. Default: false."),
        ["MetricsPublic"] = ("true|false", "Let /metrics answer without the admin token. Default: false."),
        ["Drain"] = ("TIME", "How long a stopping server stays reachable while it is not ready, such as 5s. Default: 5s, 0 on loopback."),
    };

    private readonly Shell _shell;
    private readonly List<(SettingKey Key, Option<string> Option)> _options;

    /// <summary>Makes the options.</summary>
    public SettingOptions(Shell shell)
    {
        _shell = shell;
        _options = [.. SettingKey.All.Select(key => (key, Create(key)))];
        Data = _options.Single(option => option.Key.Path == SettingKey.Data.Path).Option.AlsoBelow();
    }

    /// <summary>The data folder: verbs have it too, for the admin token in it.</summary>
    public Option<string> Data { get; }

    /// <summary>Every setting.</summary>
    public IReadOnlyList<Option> All => [.. _options.Select(option => option.Option)];

    /// <summary>The settings that concern one side.</summary>
    public IReadOnlyList<Option> Of(Side side) =>
        [.. _options.Where(option => option.Key.Path.Split(':') is not [var owner, _] || owner == $"{side}").Select(option => option.Option)];

    /// <summary>The settings: what stands on the command line before environment, file and defaults.</summary>
    /// <exception cref="SettingsException">A setting is not understood.</exception>
    /// <exception cref="CommandFailure">Usage: a secret can't be read, or two secrets ask for standard input.</exception>
    public RollcallSettings Load(ParseResult parsed)
    {
        var given = _options.Select(option => (option.Key, Text: parsed.GetValue(option.Option))).Where(setting => setting.Text is not null).ToList();
        if (given.Count(setting => setting is { Key.IsSecret: true, Text: "-" }) > 1)
            throw CommandFailure.Usage("Only one secret can come from standard input: give the other as @FILE.");
        var flags = given.Select(setting => $"{setting.Key.Flag}={(setting.Key.IsSecret ? SecretInput.Read(setting.Text!, setting.Key.Flag, _shell) : setting.Text)}");
        return RollcallSettings.Load(flags, _shell.Environment, _shell.Folder);
    }

    private static Option<string> Create(SettingKey key)
    {
        var documented = Texts.TryGetValue(key.Path, out var text);
        var option = new Option<string>(key.Flag) { Description = text.Description, HelpName = text.HelpName, Hidden = !documented };
        if (key.IsSwitch)
        {
            option.Arity = ArgumentArity.ZeroOrOne;
            option.CustomParser = result => result.Tokens is [var token] ? token.Value : "true";
        }

        return option;
    }
}
