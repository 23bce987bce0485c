using System.Data.Common;
using System.Globalization;
using Rollcall.Web.Settings;

namespace Rollcall.Web.Storage;

/// <summary>
/// The folder of everything a process keeps on disk. It belongs to one user and, while open, to one process: a second one
/// is refused. The lock is the operating system's (<c>flock</c>), so it ends with the process however that ends, and a
/// file left behind locks nobody out.
/// </summary>
public sealed class DataFolder : IDisposable
{
    /// <summary>The name of the SQLite file of the Access side.</summary>
    public const string AccessDatabaseName = "access.db";

    /// <summary>The name of the SQLite file of the Governance side.</summary>
    public const string GovernanceDatabaseName = "governance.db";

    /// <summary>The name of the file of the master key.</summary>
    public const string MasterKeyName = "master-key";

    private readonly RollcallSettings _settings;
    private readonly FileStream _lock;

    private DataFolder(RollcallSettings settings, string path, FileStream heldLock)
    {
        _settings = settings;
        Path = path;
        _lock = heldLock;
    }

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>The SQLite file of the Access side.</summary>
    public string AccessDatabase => InFolder(AccessDatabaseName);

    /// <summary>The SQLite file of the Governance side.</summary>
    public string GovernanceDatabase => InFolder(GovernanceDatabaseName);

    /// <summary>Where the admin token lies if it was made here; an administrator reads it there to sign in.</summary>
    public string AdminTokenFile => InFolder("admin-token");

    /// <summary>Where the master key lies if it was made here.</summary>
    public string MasterKeyFile => InFolder(MasterKeyName);

    private string ProcessIdFile => InFolder("lock.pid");

    /// <summary>The file of a side's embedded database: in the data folder, or where the connection string says.</summary>
    /// <exception cref="SettingsException">The setting of the database names no file.</exception>
    public static string DatabaseFile(RollcallSettings settings, Side side)
    {
        var name = side == Side.Access ? AccessDatabaseName : GovernanceDatabaseName;
        if (settings.Of(side).Database is not { } connectionString)
            return System.IO.Path.Combine(settings.Data, name);
        var parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
        return parts.TryGetValue("Data Source", out var file) && file is string { Length: > 0 } path
            ? System.IO.Path.GetFullPath(path)
            : throw new SettingsException(settings.NameOf(SettingKey.DatabaseOf(side)),
                $"names no SQLite file: this release keeps its data in one. Leave the setting out, or write \"Data Source=/path/to/{name}\"");
    }

    /// <summary>Opens the folder, and creates it for its owner only if there is none.</summary>
    /// <exception cref="SettingsException">
    /// Other users may enter the folder, another process has it open (the message names its process id), or it can't be used.
    /// </exception>
    public static DataFolder Open(RollcallSettings settings)
    {
        var name = settings.NameOf(SettingKey.Data);
        try
        {
            var path = OwnedFolder(settings.Data, name);
            var folder = new DataFolder(settings, path, Lock(path, name));
            File.WriteAllText(folder.ProcessIdFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException(name, $"names {settings.Data}, which can't be used as data folder: let this user read and write it, or choose another", e);
        }
    }

    /// <summary>The admin token: the setting, else what the file holds, else 256 random bits that are written to the file.</summary>
    /// <exception cref="SettingsException">The file can be read by others, or its token is shorter than 32 characters.</exception>
    public string ReadOrMakeAdminToken()
    {
        if (_settings.AdminToken is { } token)
            return token;
        token = PrivateFile.ReadOrCreate(AdminTokenFile, Secrets.Make);
        return token.Length >= RollcallSettings.ShortestAdminToken
            ? token
            : throw new SettingsException(AdminTokenFile, "holds a token shorter than 32 characters: remove the file to have a new one made");
    }

    /// <summary>Whether there is a master key: the setting, or its file.</summary>
    public bool HasMasterKey => _settings.MasterKey is not null || File.Exists(MasterKeyFile);

    /// <summary>The master key: the setting, else what the file holds, else 32 random bytes that are written to the file.</summary>
    /// <exception cref="SettingsException">The file can be read by others, or does not hold 32 bytes as base64.</exception>
    public byte[] ReadOrMakeMasterKey()
    {
        if (_settings.MasterKey is { } key)
            return key;
        var text = PrivateFile.ReadOrCreate(MasterKeyFile, () => Convert.ToBase64String(Secrets.Random(RollcallSettings.MasterKeyBytes)));
        key = new byte[RollcallSettings.MasterKeyBytes + 1];
        // Making a new key here would leave every stored secret unreadable.
        return Convert.TryFromBase64String(text, key, out var length) && length == RollcallSettings.MasterKeyBytes
            ? key[..length]
            : throw new SettingsException(MasterKeyFile, "does not hold 32 bytes as base64: restore it from a backup; without it stored secrets can't be read");
    }

    /// <summary>Lets another process have the folder.</summary>
    public void Dispose()
    {
        File.Delete(ProcessIdFile);
        _lock.Dispose();
    }

    private string InFolder(string name) => System.IO.Path.Combine(Path, name);

    private static string OwnedFolder(string path, string setting)
    {
        if (OperatingSystem.IsWindows())
            return Directory.CreateDirectory(path).FullName;
        if (!Directory.Exists(path))
            Directory.CreateDirectory(path, PrivateFile.OwnerOnly | UnixFileMode.UserExecute);
        // The mode that counts is that of the folder, not of a link to it.
        var real = Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        if ((File.GetUnixFileMode(real) & PrivateFile.OthersMayAnything) != 0)
            throw new SettingsException(setting, $"names {path}, which other users may enter: run \"chmod 700 {path}\" first");
        return real;
    }

    private static FileStream Lock(string path, string setting)
    {
        try
        {
            return PrivateFile.Open(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileShare.None);
        }
        catch (IOException e) when (PrivateFile.IsHeldByAnother(e))
        {
            throw new SettingsException(setting, $"names {path}, which is in use by {Holder(path)}: stop that process, or choose another folder", e);
        }
    }

    // The id lies beside the lock, since a locked file can't be read.
    private static string Holder(string path)
    {
        try
        {
            return int.TryParse(File.ReadAllText(System.IO.Path.Combine(path, "lock.pid")), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                ? string.Create(CultureInfo.InvariantCulture, $"process {id}")
                : "another process";
        }
        catch (IOException)
        {
            return "another process";
        }
    }
}
