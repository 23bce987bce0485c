using System.Diagnostics.Metrics;
using Rollcall.Access.Audit;
using Rollcall.Data;
using Rollcall.Data.Migrations;
using Rollcall.Data.Sqlite;
using Rollcall.Web.Settings;
using Rollcall.Web.Storage;

namespace Rollcall.Access;

/// <summary>Opens the Access side's database.</summary>
public static class AccessStore
{
    /// <summary>The schema's migrations, oldest first.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } = Migration.FromAssembly(typeof(AccessStore).Assembly, "access/");

    /// <summary>The file of the embedded database.</summary>
    /// <exception cref="SettingsException">The setting of the database names no file.</exception>
    public static string FileOf(RollcallSettings settings) => DataFolder.DatabaseFile(settings, Side.Access);

    /// <summary>Refuses a file that this release can't work on as it is.</summary>
    /// <param name="file">The file.</param>
    /// <param name="least">The oldest schema that will do.</param>
    /// <exception cref="MigrationException">It is no database of the Access side, too old, or too new.</exception>
    public static async Task CheckSchemaAsync(SqliteFile file, int least = 1)
    {
        var newest = Migrations[^1].Number;
        if (await file.SchemaAsync() is not var (number, minimum)
            || !await file.ReadAsync(session => session.FirstAsync("select 1 from sqlite_master where name = 'integrations'", _ => true)))
            throw new MigrationException("The file is no database of Rollcall's Access side.");
        if (minimum > newest)
            throw new MigrationException($"The database needs a release that knows schema {minimum}; this one knows {newest}. Use the newer release.");
        if (number < least)
            throw new MigrationException($"The database has schema {number}, this release works on {least}. Start its server once, which brings the schema up to date.");
    }

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
