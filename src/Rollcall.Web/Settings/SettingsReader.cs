using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Rollcall.Web.Settings;

/// <summary>Reads each setting's text into its type, or refuses it by the name under which it was written.</summary>
internal sealed class SettingsReader(SettingsSources sources, string folder)
{
    private const int LargestGroup = 10_000;

    private static readonly TimeSpan LongestDrain = TimeSpan.FromHours(1);

    private readonly Dictionary<string, string> _written = [];

    public RollcallSettings Read() => new()
    {
        Data = Get(SettingKey.Data, FullPath) ?? Path.GetFullPath("data", folder),
        AdminToken = Get(SettingKey.AdminToken, Token),
        MasterKey = Get(SettingKey.MasterKey, Key),
        Access = ReadSide(Side.Access),
        Governance = ReadSide(Side.Governance),
        TlsCertificate = Get(SettingKey.TlsCertificate, FullPath),
        TlsKey = Get(SettingKey.TlsKey, FullPath),
        TrustedProxies = Get(SettingKey.TrustedProxies, Networks) ?? [],
        AllowHttp = Get(SettingKey.AllowHttp, YesOrNo) is true,
        Drain = Get(SettingKey.Drain, DrainTime),
        MetricsPublic = Get(SettingKey.MetricsPublic, YesOrNo) is true,
        Written = _written,
    };

    private SideSettings ReadSide(Side side)
    {
        var defaults = SideSettings.DefaultFor(side);
        var database = Get(SettingKey.DatabaseOf(side), Database);
        return defaults with
        {
            Url = Get(SettingKey.UrlOf(side), Listening) ?? defaults.Url,
            PublicUrl = Get(SettingKey.PublicUrlOf(side), Public),
            Database = database?.Text,
            IsPostgreSql = database?.IsPostgreSql is true,
            GroupCommit = side == Side.Access ? Get(SettingKey.GroupCommitForMeasurement, Group) ?? defaults.GroupCommit : defaults.GroupCommit,
        };
    }

    // A setting's value read by a function that answers null for "not understood" and the help for that case.
    private T? Get<T>(SettingKey key, Func<string, (T? Value, string Otherwise)> read)
    {
        if (sources.Find(key) is not var (text, name))
            return default;
        _written[key.Path] = name;
        var (value, otherwise) = read(text);
        return value is null ? throw new SettingsException(name, otherwise) : value;
    }

    private (string?, string) FullPath(string text) =>
        (text.Contains('\0', StringComparison.Ordinal) ? null : Path.GetFullPath(text, folder), "is not a path");

    private static (string?, string) Token(string text) =>
        (text.All(letter => letter is > ' ' and <= '~') ? text : null, "has blanks or characters beyond ASCII, which a header can't carry: use letters, digits, - and _");

    private static (byte[]?, string) Key(string text)
    {
        var key = new byte[RollcallSettings.MasterKeyBytes + 1];
        return (Convert.TryFromBase64String(text, key, out var length) && length == RollcallSettings.MasterKeyBytes ? key[..length] : null,
            "is not 32 bytes as base64: make one with \"openssl rand -base64 32\"");
    }

    private static (ListenUrl?, string) Listening(string text) =>
        (ListenUrl.Parse(text), "is not a URL to listen on: write http or https, an IP address, localhost or *, and a port, such as http://127.0.0.1:8080");

    private static (string?, string) Public(string text) =>
        (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            && uri is { UserInfo: "", AbsolutePath: "/", Query: "", Fragment: "" }
            ? uri.GetLeftPart(UriPartial.Authority)
            : null,
            "is not a URL that others could use: write http or https, a host and if need be a port, without a path, such as https://rollcall.example.com");

    private static (ConnectionString?, string) Database(string text)
    {
        const string Help = "is not a connection string: write key=value pairs parted by semicolons, such as Host=db;Database=rollcall;Username=rollcall";
        var builder = new DbConnectionStringBuilder();
        try
        {
            builder.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            return (null, Help);
        }
        return (builder.Count > 0 ? new ConnectionString(text, builder.ContainsKey("Host")) : null, Help);
    }

    private static (IPNetwork[]?, string) Networks(string text)
    {
        const string Help = "is not a list of IP addresses and networks parted by commas, such as 10.0.0.7, 192.168.0.0/16";
        var networks = new List<IPNetwork>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPAddress.TryParse(part, out var address))
                networks.Add(new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128));
            else if (IPNetwork.TryParse(part, out var network))
                networks.Add(network);
            else
                return (null, Help);
        }
        return ([.. networks], Help);
    }

    private static (bool?, string) YesOrNo(string text) =>
        (bool.TryParse(text, out var value) ? value : null, "is neither true nor false");

    private static (TimeSpan?, string) DrainTime(string text) =>
        (Durations.TryParse(text, out var drain) && drain <= LongestDrain ? drain : null, $"is not a duration of at most an hour. {Durations.Help}");

    private static (int?, string) Group(string text) =>
        (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size is >= 1 and <= LargestGroup ? size : null, "is not a whole number from 1 to 10000");

    private sealed record ConnectionString(string Text, bool IsPostgreSql);
}
