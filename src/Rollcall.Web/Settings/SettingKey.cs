using System.Text;

namespace Rollcall.Web.Settings;

/// <summary>
/// One setting and its three spellings, all derived from the key in the file: <c>Access:PublicUrl</c> is
/// <c>--access-public-url</c> on the command line and <c>ROLLCALL_ACCESS_PUBLIC_URL</c> in the environment.
/// </summary>
public sealed class SettingKey
{
    /// <summary>The data folder.</summary>
    public static readonly SettingKey Data = new("Data");

    /// <summary>The bearer token of the admin API.</summary>
    public static readonly SettingKey AdminToken = new("AdminToken", isSecret: true);

    /// <summary>The key that encrypts secrets at rest.</summary>
    public static readonly SettingKey MasterKey = new("MasterKey", isSecret: true);

    /// <summary>PEM file of the certificate and its chain.</summary>
    public static readonly SettingKey TlsCertificate = new("TlsCertificate");

    /// <summary>PEM file of the certificate's private key.</summary>
    public static readonly SettingKey TlsKey = new("TlsKey");

    /// <summary>Addresses whose <c>X-Forwarded-*</c> headers count.</summary>
    public static readonly SettingKey TrustedProxies = new("TrustedProxies");

    /// <summary>Whether plain HTTP beyond loopback is allowed.</summary>
    public static readonly SettingKey AllowHttp = new("AllowHttp", isSwitch: true);

    /// <summary>How long a stopping process stays reachable while it is not ready.</summary>
    public static readonly SettingKey Drain = new("Drain");

    /// <summary>Whether <c>/metrics</c> answers without the admin token.</summary>
    public static readonly SettingKey MetricsPublic = new("MetricsPublic", isSwitch: true);

    /// <summary>
    /// For measurement, not part of the outside contract: how many writes to the embedded database of the Access side may
    /// share one commit. 1 commits each write by itself, which is what the benchmark compares with.
    /// </summary>
    public static readonly SettingKey GroupCommitForMeasurement = new("Access:GroupCommit");

    private SettingKey(string path, bool isSecret = false, bool isSwitch = false)
    {
        Path = path;
        IsSecret = isSecret;
        IsSwitch = isSwitch;
        var words = Words(path);
        Flag = "--" + words.Replace(' ', '-');
        Variable = "ROLLCALL_" + words.Replace(' ', '_').ToUpperInvariant();
    }

    /// <summary>The key in the file, below <c>Rollcall</c>, levels parted by colons: <c>Access:PublicUrl</c>.</summary>
    public string Path { get; }

    /// <summary>The name on the command line: <c>--access-public-url</c>.</summary>
    public string Flag { get; }

    /// <summary>The name in the environment: <c>ROLLCALL_ACCESS_PUBLIC_URL</c>.</summary>
    public string Variable { get; }

    /// <summary>Whether the value is a secret: on the command line it may be given as <c>@file</c>.</summary>
    public bool IsSecret { get; }

    /// <summary>Whether the flag may stand alone on the command line, which means <c>true</c>.</summary>
    public bool IsSwitch { get; }

    /// <summary>Every setting, in the order of the documentation.</summary>
    public static IReadOnlyList<SettingKey> All { get; } =
    [
        Data, UrlOf(Side.Access), UrlOf(Side.Governance), PublicUrlOf(Side.Access), PublicUrlOf(Side.Governance),
        DatabaseOf(Side.Access), DatabaseOf(Side.Governance), AdminToken, MasterKey, TlsCertificate, TlsKey,
        TrustedProxies, AllowHttp, Drain, MetricsPublic, GroupCommitForMeasurement,
    ];

    /// <summary>Where a side listens.</summary>
    public static SettingKey UrlOf(Side side) => new($"{side}:Url");

    /// <summary>What a side is called by others.</summary>
    public static SettingKey PublicUrlOf(Side side) => new($"{side}:PublicUrl");

    /// <summary>A side's database; it may hold a password.</summary>
    public static SettingKey DatabaseOf(Side side) => new($"{side}:Database", isSecret: true);

    /// <summary>The key's path.</summary>
    public override string ToString() => Path;

    // "Access:PublicUrl" becomes "access public url".
    private static string Words(string path)
    {
        var words = new StringBuilder();
        foreach (var letter in path)
        {
            if (letter == ':')
                continue;
            if (char.IsUpper(letter) && words.Length > 0)
                words.Append(' ');
            words.Append(char.ToLowerInvariant(letter));
        }
        return words.ToString();
    }
}
