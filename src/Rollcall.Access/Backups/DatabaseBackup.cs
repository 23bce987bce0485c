using Rollcall.Data;
using Rollcall.Data.Migrations;
using Rollcall.Data.Sqlite;
using Rollcall.Web.Storage;

namespace Rollcall.Access.Backups;

/// <summary>A backup that was made.</summary>
/// <param name="File">Full path of the backup.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Schema">The number of its schema.</param>
public sealed record Backup(string File, long Bytes, int Schema);

/// <summary>
/// Copies the embedded database to a file, while the server runs or not. The copy is of one moment: every write that was
/// acknowledged before is in it. The master key is not: whoever has both can sign access tokens, so they are kept apart.
/// </summary>
public static class DatabaseBackup
{
    /// <summary>Makes a backup.</summary>
    /// <param name="database">The database file.</param>
    /// <param name="path">Where the backup is to be; nothing may be there. Only its owner may read it.</param>
    /// <exception cref="BackupException">It can't be made.</exception>
    public static async Task<Backup> MakeAsync(string database, string path)
    {
        path = Path.GetFullPath(path);
        if (!File.Exists(database))
            throw new BackupException($"There is no database at {database}. Name the server's data folder with --data.");
        if (Path.Exists(path))
            throw new BackupException($"There is something at {path} already, which may be an older backup. Choose another name.");
        try
        {
            await using var source = SqliteFile.Open(database);
            await AccessStore.CheckSchemaAsync(source);
            PrivateFile.Write(path, source.CopyTo);
            await using var copy = SqliteFile.Open(path);
            if (await copy.DamageAsync() is { Count: > 0 } damage)
                throw new BackupException($"The database is damaged, and so is the backup at {path}: {damage[0]}. Run \"rollcall check-store\".");
            return new Backup(path, new FileInfo(path).Length, (await copy.SchemaAsync())!.Value.Number);
        }
        catch (Exception exception) when (exception is DatabaseUnavailableException or IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"The database {database} can't be copied to {path}: check that this user may read the one and write the other, and the room on the disk.", exception);
        }
        catch (MigrationException exception)
        {
            throw new BackupException($"{database} is not backed up. {exception.Message}", exception);
        }
    }
}
