using System.Diagnostics.Metrics;
using Rollcall.Data;
using Rollcall.Data.Migrations;
using Rollcall.Data.Sqlite;
using Rollcall.Governance.Audit;

namespace Rollcall.Governance;

/// <summary>Opens the Governance side's database.</summary>
public static class GovernanceStore
{
    /// <summary>The schema's migrations, oldest first.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } = Migration.FromAssembly(typeof(GovernanceStore).Assembly, "governance/");

    /// <summary>Opens, or makes, the embedded database.</summary>
    /// <param name="path">The file.</param>
    /// <param name="groupCommit">The most writes that share one commit.</param>
    /// <param name="clock">The clock that commits are stamped with.</param>
    /// <param name="meters">Makes the meter that the database is measured by, or null.</param>
    /// <param name="onFatal">Called when the file fails so often that the process should end.</param>
    /// <exception cref="DatabaseUnavailableException">The file can't be opened.</exception>
    /// <exception cref="MigrationException">The file was written by a newer release.</exception>
    public static async Task<Database> OpenAsync(string path, int groupCommit, TimeProvider clock, IMeterFactory? meters = null, Action<Exception>? onFatal = null) =>
        await SqliteDatabase.OpenAsync(
            new SqliteOptions { Path = path, GroupCommit = groupCommit, Clock = clock, IsCommitted = AuditLog.ContainsAsync, Meters = meters, OnFatal = onFatal }, Migrations);
}
