using System.CommandLine;
using Rollcall.Web.Settings;

namespace Rollcall;

/// <summary>The options that every verb has: where the server is, who asks, and how to answer.</summary>
internal sealed class ConnectionOptions
{
    private const string TokenFile = "admin-token";
    private readonly Shell _shell;
    private readonly SettingOptions _settings;

    /// <summary>Makes the options; the data folder is shared with the settings of <c>serve</c>.</summary>
    public ConnectionOptions(Shell shell, SettingOptions settings)
    {
        _shell = shell;
        _settings = settings;
        Url.Validators.Add(result =>
        {
            if (result.Tokens is [var url] && !IsHttp(url.Value))
                result.AddError("--url is not the URL of a server: write http or https, a host and if need be a port, such as http://127.0.0.1:8080.");
        });
    }

    /// <summary>The server.</summary>
    public Option<string> Url { get; } = new("--url")
    {
        Description = "The server's URL. Default: the setting of the side that the command belongs to, ROLLCALL_ACCESS_URL or ROLLCALL_GOVERNANCE_URL.",
        HelpName = "URL",
        Recursive = true,
    };

    /// <summary>The admin token.</summary>
    public Option<string> Token { get; } = new("--token")
    {
        Description = "The admin token: - reads it from standard input, @FILE from a file. Default: ROLLCALL_ADMIN_TOKEN, else the file admin-token in the data folder.",
        HelpName = "TOKEN",
        Recursive = true,
    };

    /// <summary>Whom the administrator acts for; the verbs of the Governance side have it.</summary>
    public Option<string> As { get; } = OptionOf.Text("--as", "IDENTITY", "The identity to act as, by its id or e-mail address. Default: the administrator, who sees all.");

    /// <summary>How results are written.</summary>
    public Option<string> Format { get; } = OptionOf.Choice("--output", "How to answer: text for people, or one JSON document with the API's keys. Default: text.", "text", "json").AlsoBelow();

    /// <summary>The options, in the order of the help.</summary>
    public IReadOnlyList<Option> All => [Url, Token, _settings.Data, Format];

    /// <summary>Whether results are written as JSON.</summary>
    public bool IsJson(ParseResult parsed) => parsed.GetValue(Format) is "json";

    /// <summary>Finds the server of a side and the token.</summary>
    /// <exception cref="CommandFailure">Usage: no server can be told from what is set.</exception>
    /// <exception cref="SettingsException">A setting is not understood.</exception>
    public Connection Resolve(ParseResult parsed, Side side)
    {
        var settings = _settings.Load(parsed);
        var (token, hint) = FindToken(parsed.GetValue(Token), settings);
        return new Connection(FindUrl(parsed.GetValue(Url), settings.Of(side).Url), token, hint, SettingKey.UrlOf(side).Variable, side == Side.Governance ? parsed.GetValue(As) : null);
    }

    private static bool IsHttp(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" };

    private static Uri FindUrl(string? given, ListenUrl listening)
    {
        if (given is not null)
            return new Uri(given.TrimEnd('/') + "/");
        if (listening.Port is 0)
            throw CommandFailure.Usage("The server listens on a free port, which only its ready line tells: give its URL with --url.");
        // A server that listens on every address is reached on this machine's own.
        var host = listening.Host switch { "*" or "0.0.0.0" => "127.0.0.1", "[::]" => "[::1]", var own => own };
        return new Uri($"{listening with { Host = host }}/");
    }

    private (string? Token, string Hint) FindToken(string? given, RollcallSettings settings)
    {
        var (token, hint) = ReadToken(given, settings);
        // A header can't carry anything else; no server made such a token.
        return token?.All(character => character is > ' ' and <= '~') is false
            ? throw CommandFailure.Usage($"The admin token holds blanks, line ends or characters beyond ASCII. {hint}")
            : (token, hint);
    }

    private (string? Token, string Hint) ReadToken(string? given, RollcallSettings settings)
    {
        if (given is not null)
            return (SecretInput.Read(given, Token.Name, _shell), "The token came from --token: check that it is this server's.");
        if (settings.AdminToken is not null)
            return (settings.AdminToken, $"The token came from {settings.NameOf(SettingKey.AdminToken)}: check that it is this server's.");

        var file = Path.Combine(settings.Data, TokenFile);
        try
        {
            return (File.ReadAllText(file).Trim(), $"The token came from {file}: check that it is this server's data folder, or give the token with --token.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (null, $"There is no admin token to send: {file} can't be read. Name the server's data folder with --data, or give the token with --token or {SettingKey.AdminToken.Variable}.");
        }
    }
}
