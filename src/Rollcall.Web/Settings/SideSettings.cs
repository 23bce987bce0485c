namespace Rollcall.Web.Settings;

/// <summary>The settings of one side.</summary>
public sealed record SideSettings
{
    /// <summary>How many writes may share a commit unless measured otherwise.</summary>
    public const int DefaultGroupCommit = 256;

    /// <summary>The side that these settings are for.</summary>
    public required Side Side { get; init; }

    /// <summary>Where the side listens. Default <c>http://127.0.0.1:8080</c> (Access), <c>http://127.0.0.1:8090</c> (Governance).</summary>
    public required ListenUrl Url { get; init; }

    /// <summary>
    /// What others call this side, an absolute http or https URL without a path and without a slash at the end; null means
    /// the listening URL, which is known once the port is taken: see <c>SideHost.PublicUrl</c>.
    /// </summary>
    public string? PublicUrl { get; init; }

    /// <summary>ADO.NET connection string, or null for the SQLite file in the data folder. It may hold a password.</summary>
    public string? Database { get; init; }

    /// <summary>Whether <see cref="Database"/> is PostgreSQL: it is where the connection string has <c>Host=</c>.</summary>
    public bool IsPostgreSql { get; init; }

    /// <summary>
    /// For measurement: how many writes to the embedded database may share one commit, 1 to 10,000, default
    /// <see cref="DefaultGroupCommit"/>. Only the Access side has the setting (<see cref="SettingKey.GroupCommitForMeasurement"/>).
    /// </summary>
    public int GroupCommit { get; init; } = DefaultGroupCommit;

    /// <summary>How long rows of the audit log are kept, 1 day to 10,000, default 400 days. Only the Access side has the setting.</summary>
    public TimeSpan AuditRetention { get; init; } = TimeSpan.FromDays(400);

    /// <summary>How long the change feed is kept, 1 hour to 10,000 days, default 30 days. Only the Access side has the setting.</summary>
    public TimeSpan ChangesRetention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>The side's settings where nothing is set, listening on a free port of the loopback address if told so.</summary>
    /// <param name="side">The side.</param>
    /// <param name="freePort">Whether to take a free port instead of the side's own; tests do.</param>
    public static SideSettings DefaultFor(Side side, bool freePort = false) => new()
    {
        Side = side,
        Url = ListenUrl.Loopback(freePort ? 0 : side == Side.Access ? 8080 : 8090),
    };

    /// <summary>The side's name and URL; never the connection string, which may hold a password.</summary>
    public override string ToString() => $"{Side} on {Url}";
}
