using System.Globalization;
using System.Security.Cryptography;
using Rollcall.Access.OAuth;
using Rollcall.Data;
using Rollcall.Data.Migrations;
using Rollcall.Data.Sqlite;
using Rollcall.Web;
using Rollcall.Web.Storage;

namespace Rollcall.Access.Backups;

/// <summary>A backup that was put in place.</summary>
/// <param name="Database">Full path of the database.</param>
/// <param name="Schema">The number of its schema.</param>
/// <param name="KeptAside">Where the database is that was there before; null if there was none.</param>
public sealed record Restored(string Database, int Schema, string? KeptAside);

/// <summary>Puts a backup in the place of the embedded database. The caller holds the data folder, so that no server runs on it.</summary>
public static class DatabaseRestore
{
    /// <summary>Restores a backup. What is wrong with it is found before anything is changed.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="database">The database file to be.</param>
    /// <param name="folder">The data folder, open; its master key must be that of the backup.</param>
    /// <param name="overwrite">Whether a database that is there may be put aside.</param>
    /// <param name="clock">Names what is put aside.</param>
    /// <exception cref="BackupException">It can't be restored; the database that was there is as it was.</exception>
    public static async Task<Restored> RunAsync(string backup, string database, DataFolder folder, bool overwrite, TimeProvider clock)
    {
        backup = Path.GetFullPath(backup);
        if (!File.Exists(backup))
            throw new BackupException($"There is no file {backup}.");
        if (File.Exists(database) && !overwrite)
            throw new BackupException($"There is a database at {database} already. Give --force to put it aside; it is kept beside.");
        try
        {
            // 1. Whatever may be wrong with the backup.
            await using var source = SqliteFile.Open(backup);
            await AccessStore.CheckSchemaAsync(source);
            if (await source.DamageAsync() is { Count: > 0 } damage)
                throw new BackupException($"The backup {backup} is damaged: {damage[0]}. Take another one.");
            await CheckMasterKeyAsync(source, backup, folder);

            // 2. What is there goes aside: log first, since a log that meets another database's file can destroy it.
            var aside = File.Exists(database) ? $"{database}.before-{clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}" : null;
            foreach (var suffix in (string[])["-wal", "-shm", ""])
            {
                if (File.Exists(database + suffix))
                    File.Move(database + suffix, (aside ?? database + ".stray") + suffix);
            }

            // 3. The copy takes its place when all of it is on disk.
            PrivateFile.Write(database, source.CopyTo);
            return new Restored(database, (await source.SchemaAsync())!.Value.Number, aside);
        }
        catch (Exception exception) when (exception is DatabaseUnavailableException or IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"The backup {backup} can't be restored to {database}: check that it is a backup, that this user may read it and write there, and the room on the disk.", exception);
        }
        catch (MigrationException exception)
        {
            throw new BackupException($"{backup} is not restored. {exception.Message}", exception);
        }
    }

    private static async Task CheckMasterKeyAsync(SqliteFile backup, string path, DataFolder folder)
    {
        if (!folder.HasMasterKey)
            throw new BackupException($"There is no master key, without which a restored server can't start. Put the file master-key of the server that {path} is of into {folder.Path}, or set ROLLCALL_MASTER_KEY, and restore again.");
        try
        {
            var protector = new SecretProtector(folder.ReadOrMakeMasterKey());
            var keys = await backup.ReadAsync(session => session.ListAsync(
                "select kid, private_key from signing_keys", row => (Kid: row.GetString(0), Key: row.GetFieldValue<byte[]>(1))));
            foreach (var (kid, key) in keys)
                CryptographicOperations.ZeroMemory(protector.Unprotect(key, SigningKeys.Purpose(kid)));
        }
        catch (CryptographicException exception)
        {
            throw new BackupException($"The master key here is not that of the server that {path} is of. Put that one's file master-key into {folder.Path}, or set ROLLCALL_MASTER_KEY, and restore again.", exception);
        }
    }
}
