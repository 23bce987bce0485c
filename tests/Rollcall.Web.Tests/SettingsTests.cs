using System.Globalization;
using System.Text.Json;
using Rollcall.Web.Settings;

namespace Rollcall.Web.Tests;

public sealed class SettingsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static IEnumerable<ITheoryDataRow> Understood => Rows.Of<UnderstoodRow>("settings.json");

    public static IEnumerable<ITheoryDataRow> Refused => Rows.Of<RefusedRow>("settings-refused.json");

    public static IEnumerable<ITheoryDataRow> Starts => Rows.Of<RefusedRow>("unsafe-start.json");

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Understood))]
    public void Load_Understands(UnderstoodRow row)
    {
        var settings = Load(row);

        foreach (var (name, value) in row.Expect)
            Assert.Equal((name, value.Replace("{folder}", _folder.Path, StringComparison.Ordinal)), (name, ValueOf(settings, name)));
    }

    [Theory, MemberData(nameof(Refused))]
    public void Load_Refuses(RefusedRow row)
    {
        var refusal = Assert.Throws<SettingsException>(() => Load(row));

        AssertTells(refusal, row);
        Assert.Equal(row.Usage, refusal.FromCommandLine);
    }

    [Theory, MemberData(nameof(Starts))]
    public void SafeStart_RefusesWhatIsUnsafeOnly(RefusedRow row)
    {
        var settings = Load(row);

        if (row.Setting is null)
            SafeStart.Check(settings, Side.Access);
        else
            AssertTells(Assert.Throws<SettingsException>(() => SafeStart.Check(settings, Side.Access)), row);
    }

    [Fact]
    public void Keys_HaveTheNamesOfTheContract()
    {
        string[] flags = ["--data", "--access-url", "--governance-url", "--access-public-url", "--governance-public-url", "--access-database", "--governance-database",
            "--admin-token", "--master-key", "--tls-certificate", "--tls-key", "--trusted-proxies", "--allow-http", "--drain", "--metrics-public", "--access-audit-retention",
            "--access-changes-retention", "--access-group-commit"];

        Assert.Equal(flags, SettingKey.All.Select(key => key.Flag));
        Assert.Equal("ROLLCALL_ACCESS_PUBLIC_URL", SettingKey.PublicUrlOf(Side.Access).Variable);
        Assert.Equal("ROLLCALL_TLS_CERTIFICATE", SettingKey.TlsCertificate.Variable);
        Assert.Equal("ROLLCALL_ALLOW_HTTP", SettingKey.AllowHttp.Variable);
    }

    [Fact]
    public void Drain_IsFiveSecondsButNothingOnLoopback()
    {
        var settings = new RollcallSettings
        {
            Data = _folder.Path,
            Governance = SideSettings.DefaultFor(Side.Governance) with { Url = new ListenUrl("http", "0.0.0.0", 1) },
        };

        Assert.Equal(TimeSpan.Zero, settings.DrainOf(Side.Access));
        Assert.Equal(TimeSpan.FromSeconds(5), settings.DrainOf(Side.Governance));
        Assert.Equal(TimeSpan.FromSeconds(2), (settings with { Drain = TimeSpan.FromSeconds(2) }).DrainOf(Side.Access));
    }

    [Fact]
    public void ToString_SaysNothingOfSecrets()
    {
        var settings = new RollcallSettings
        {
            Data = "SECRET",
            AdminToken = "SECRET",
            Access = SideSettings.DefaultFor(Side.Access) with { Database = "Password=SECRET" },
        };

        Assert.DoesNotContain("SECRET", $"{settings} {settings.Access}", StringComparison.Ordinal);
    }

    private static void AssertTells(SettingsException refusal, RefusedRow row)
    {
        Assert.Equal(row.Setting, refusal.Setting);
        Assert.StartsWith(row.Setting + " ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(row.Says, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", refusal.Message, StringComparison.Ordinal);
    }

    private RollcallSettings Load(SettingsRow row)
    {
        if (row.File is { } file)
            File.WriteAllText(_folder["appsettings.json"], file.GetRawText());
        foreach (var (name, text) in row.Other)
            File.WriteAllText(_folder[name], text);
        return RollcallSettings.Load(row.Arguments, row.Environment, _folder.Path);
    }

    private static string? ValueOf(RollcallSettings settings, string name) => name switch
    {
        "Data" => settings.Data,
        "AdminToken" => settings.AdminToken,
        "MasterKey" => Convert.ToHexString(settings.MasterKey!),
        "Access:Url" => settings.Access.Url.ToString(),
        "Access:PublicUrl" => settings.Access.PublicUrl,
        "Access:Database" => settings.Access.Database,
        "Access:IsPostgreSql" => settings.Access.IsPostgreSql.ToString(),
        "Governance:Url" => settings.Governance.Url.ToString(),
        "Governance:IsPostgreSql" => settings.Governance.IsPostgreSql.ToString(),
        "TlsCertificate" => settings.TlsCertificate,
        "TlsKey" => settings.TlsKey,
        "TrustedProxies" => string.Join(',', settings.TrustedProxies),
        "AllowHttp" => settings.AllowHttp.ToString(),
        "Drain" => settings.Drain?.ToString("c", CultureInfo.InvariantCulture),
        "AuditRetention" => settings.Access.AuditRetention.ToString("c", CultureInfo.InvariantCulture),
        "ChangesRetention" => settings.Access.ChangesRetention.ToString("c", CultureInfo.InvariantCulture),
        "GroupCommit" => settings.Access.GroupCommit.ToString(CultureInfo.InvariantCulture),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "is not known to this table"),
    };
}

public abstract record SettingsRow : Row
{
    public string[] Arguments { get; set; } = [];

    public Dictionary<string, string> Environment { get; set; } = [];

    public JsonElement? File { get; set; }

    /// <summary>Other files in the current folder, by name.</summary>
    public Dictionary<string, string> Other { get; set; } = [];
}

public sealed record UnderstoodRow : SettingsRow
{
    public Dictionary<string, string> Expect { get; set; } = [];
}

/// <summary>The word SECRET in the input must never come out.</summary>
public sealed record RefusedRow : SettingsRow
{
    /// <summary>How the refusal names the setting; null if nothing is refused.</summary>
    public string? Setting { get; set; }

    public string Says { get; set; } = "";

    public bool Usage { get; set; }
}
