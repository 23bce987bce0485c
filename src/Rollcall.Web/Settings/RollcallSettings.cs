using System.Collections;
using System.Net;

namespace Rollcall.Web.Settings;

/// <summary>
/// The settings of a process. Whatever <c>Load</c> returns is well-formed; whether it is safe to start with is
/// asked of <see cref="SafeStart"/>, since the command line's verbs read the same settings without starting anything.
/// </summary>
public sealed record RollcallSettings
{
    /// <summary>Characters that an admin token has at least.</summary>
    public const int ShortestAdminToken = 32;

    /// <summary>Bytes of the master key.</summary>
    public const int MasterKeyBytes = 32;

    /// <summary>Full path of the data folder. Default: <c>data</c> in the current folder.</summary>
    public required string Data { get; init; }

    /// <summary>The bearer token of the admin API; null to use the one in the data folder. A secret.</summary>
    public string? AdminToken { get; init; }

    /// <summary>The 32 bytes that encrypt secrets at rest; null to use those in the data folder. A secret.</summary>
    public byte[]? MasterKey { get; init; }

    /// <summary>The Access side's settings.</summary>
    public SideSettings Access { get; init; } = SideSettings.DefaultFor(Side.Access);

    /// <summary>The Governance side's settings.</summary>
    public SideSettings Governance { get; init; } = SideSettings.DefaultFor(Side.Governance);

    /// <summary>Full path of the PEM file with the server's certificate, followed by its intermediates; or null.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>Full path of the PEM file with the private key; null where it is in the certificate's file.</summary>
    public string? TlsKey { get; init; }

    /// <summary>Whose <c>X-Forwarded-*</c> headers count; a single address is a network of one.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Whether plain HTTP beyond loopback is allowed. Default: no.</summary>
    public bool AllowHttp { get; init; }

    /// <summary>How long a stopping process stays reachable while not ready, 0 to 1 hour; null: see <see cref="DrainOf"/>.</summary>
    public TimeSpan? Drain { get; init; }

    /// <summary>Whether <c>/metrics</c> answers without the admin token. Default: no.</summary>
    public bool MetricsPublic { get; init; }

    /// <summary>
    /// The standard variables of OpenTelemetry (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and so on), as the environment has them.
    /// They may hold secrets (headers of the exporter).
    /// </summary>
    public IReadOnlyDictionary<string, string> OpenTelemetry { get; init; } = new Dictionary<string, string>();

    /// <summary>How each setting that was given was written, by <see cref="SettingKey.Path"/>.</summary>
    internal IReadOnlyDictionary<string, string> Written { get; init; } = new Dictionary<string, string>();

    /// <summary>Reads the settings: command line before environment before <c>appsettings.json</c> before defaults.</summary>
    /// <param name="arguments">Flags as <c>--name value</c> or <c>--name=value</c>; nothing else.</param>
    /// <param name="environment">Environment variables; those that name no setting are ignored (orchestrators add their own).</param>
    /// <param name="folder">The current folder: where <c>appsettings.json</c> may lie and relative paths begin.</param>
    /// <exception cref="SettingsException">A flag, key or value is not understood.</exception>
    public static RollcallSettings Load(IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string folder) =>
        new SettingsReader(SettingsSources.Open(arguments, environment, folder), folder).Read() with
        {
            OpenTelemetry = environment.Where(variable => variable.Key.StartsWith("OTEL_", StringComparison.Ordinal)).ToDictionary(),
        };

    /// <summary>Reads the settings of this process: its environment and its current folder, and the given arguments.</summary>
    /// <exception cref="SettingsException">A flag, key or value is not understood.</exception>
    public static RollcallSettings Load(IEnumerable<string> arguments) => Load(
        arguments,
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? ""),
        Environment.CurrentDirectory);

    /// <summary>The settings of a side.</summary>
    public SideSettings Of(Side side) => side == Side.Access ? Access : Governance;

    /// <summary>How long a side drains: <see cref="Drain"/>, else nothing on a loopback address (nobody balances there), else 5 s.</summary>
    public TimeSpan DrainOf(Side side) => Drain ?? (Of(side).Url.IsLoopback ? TimeSpan.Zero : TimeSpan.FromSeconds(5));

    /// <summary>A setting's name for a message: as it was written, else as an environment variable.</summary>
    public string NameOf(SettingKey key) => Written.TryGetValue(key.Path, out var name) ? name : key.Variable;

    /// <summary>Says nothing of the values: some are secrets.</summary>
    public override string ToString() => nameof(RollcallSettings);
}
