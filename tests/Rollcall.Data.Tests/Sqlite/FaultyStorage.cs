using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rollcall.Data.Tests.Sqlite;

/// <summary>
/// Makes the disk below one SQLite file fail on demand: a file system of SQLite (a VFS) that passes everything on to the
/// real one, except where a test has asked for an error. Other files are not touched.
/// </summary>
internal sealed unsafe class FaultyStorage : IDisposable
{
    public const int Full = 13;
    public const int IoError = 10;
    public const int CannotOpen = 14;

    // The struct sqlite3_vfs: its name, its opening function, its end. And sqlite3_io_methods: two of its functions, its end.
    private const int NameOffset = 24, OpenOffset = 40, VfsSize = 168;
    private const int WriteOffset = 24, SyncOffset = 40, MethodsSize = 152;

    private static readonly ConcurrentDictionary<string, FaultyStorage> ByPath = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<nint, FaultyStorage> ByFile = new();
    private static readonly ConcurrentDictionary<nint, nint> Replacements = new();
    private static readonly nint Real = Install();

    private readonly string _path;
    private int _opens;

    public FaultyStorage(string path)
    {
        RuntimeHelpers.RunClassConstructor(typeof(FaultyStorage).TypeHandle);
        _path = path;
        ByPath[path] = this;
    }

    /// <summary>The error of every write to the database or its log; 0 for none.</summary>
    public int WriteError { get; set; }

    /// <summary>The error of every sync; 0 for none. A commit ends with one.</summary>
    public int SyncError { get; set; }

    /// <summary>The error of every opening of the database; 0 for none.</summary>
    public int OpenError { get; set; }

    /// <summary>The error that a commit reports although it has happened; 0 for none.</summary>
    public int ReportedError { get; set; }

    /// <summary>How often the database was opened.</summary>
    public int Opens => _opens;

    public void Dispose() => ByPath.TryRemove(_path, out _);

    private static FaultyStorage? Of(string? name) =>
        name is null ? null : ByPath.GetValueOrDefault(name.EndsWith("-wal", StringComparison.Ordinal) ? name[..^4] : name);

    private static nint Install()
    {
        SQLitePCL.Batteries_V2.Init();
        var real = sqlite3_vfs_find(null);
        var copy = (byte*)NativeMemory.Alloc(VfsSize);
        NativeMemory.Copy((void*)real, copy, VfsSize);
        *(nint*)(copy + NameOffset) = Marshal.StringToCoTaskMemUTF8("faulty");
        *(nint*)(copy + OpenOffset) = (nint)(delegate* unmanaged<nint, byte*, nint*, int, int*, int>)&Open;
        if (sqlite3_vfs_register((nint)copy, 1) != 0 || sqlite3_auto_extension(&Extend) != 0)
            throw new InvalidOperationException("SQLite takes no file system.");
        return real;
    }

    [UnmanagedCallersOnly]
    private static int Open(nint vfs, byte* name, nint* file, int flags, int* outFlags)
    {
        var path = Marshal.PtrToStringUTF8((nint)name);
        var faults = Of(path);
        if (faults is { OpenError: not 0 })
        {
            *file = 0;
            return faults.OpenError;
        }
        var result = ((delegate* unmanaged<nint, byte*, nint*, int, int*, int>)((nint*)(Real + OpenOffset))[0])(Real, name, file, flags, outFlags);
        if (result != 0 || faults is null)
            return result;
        if (path == faults._path)
            Interlocked.Increment(ref faults._opens);
        ByFile[(nint)file] = faults;
        *file = Replacements.GetOrAdd(*file, Replace);
        return result;
    }

    // A copy of the functions of a file with ours among them; the original stands behind it.
    private static nint Replace(nint methods)
    {
        var copy = (byte*)NativeMemory.Alloc(MethodsSize + (nuint)sizeof(nint));
        NativeMemory.Copy((void*)methods, copy, MethodsSize);
        *(nint*)(copy + WriteOffset) = (nint)(delegate* unmanaged<nint*, void*, int, long, int>)&Write;
        *(nint*)(copy + SyncOffset) = (nint)(delegate* unmanaged<nint*, int, int>)&Sync;
        *(nint*)(copy + MethodsSize) = methods;
        return (nint)copy;
    }

    [UnmanagedCallersOnly]
    private static int Write(nint* file, void* bytes, int count, long offset) =>
        ByFile[(nint)file].WriteError is not 0 and var error
            ? error
            : ((delegate* unmanaged<nint*, void*, int, long, int>)Original(file, WriteOffset))(file, bytes, count, offset);

    [UnmanagedCallersOnly]
    private static int Sync(nint* file, int flags) =>
        ByFile[(nint)file].SyncError is not 0 and var error
            ? error
            : ((delegate* unmanaged<nint*, int, int>)Original(file, SyncOffset))(file, flags);

    private static nint Original(nint* file, int function) => *(nint*)(*(nint*)(*file + MethodsSize) + function);

    // Called with each new connection; the database sets its own hook after this, so ours waits for the first commit.
    [UnmanagedCallersOnly]
    private static int Extend(nint connection, nint error, nint api)
    {
        if (Of(connection) is not null)
            sqlite3_commit_hook(connection, &Commit, connection);
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int Commit(nint connection)
    {
        sqlite3_wal_hook(connection, &Report, connection);
        return 0;
    }

    // What this returns, the statement that committed reports, although the commit stands.
    [UnmanagedCallersOnly]
    private static int Report(nint argument, nint connection, nint database, int frames) => Of(connection)?.ReportedError ?? 0;

    private static FaultyStorage? Of(nint connection)
    {
        fixed (byte* main = "main\0"u8)
            return Of(Marshal.PtrToStringUTF8(sqlite3_db_filename(connection, main)));
    }

    [DllImport("e_sqlite3"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint sqlite3_vfs_find(byte* name);

    [DllImport("e_sqlite3"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int sqlite3_vfs_register(nint vfs, int isDefault);

    [DllImport("e_sqlite3"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int sqlite3_auto_extension(delegate* unmanaged<nint, nint, nint, int> entry);

    [DllImport("e_sqlite3"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint sqlite3_db_filename(nint connection, byte* name);

    [DllImport("e_sqlite3"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint sqlite3_wal_hook(nint connection, delegate* unmanaged<nint, nint, nint, int, int> hook, nint argument);

    [DllImport("e_sqlite3"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint sqlite3_commit_hook(nint connection, delegate* unmanaged<nint, int> hook, nint argument);
}
