using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace Rollcall.Bench.Servers;

/// <summary>What the disk could do at best for somebody who commits one row at a time.</summary>
internal sealed class BareCommits : IDisposable
{
    private const int Page = 4096;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private readonly SafeFileHandle _file;

    /// <summary>Makes a database and a file in a folder.</summary>
    public BareCommits(string folder)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "bare.db"), Pooling = false }.ConnectionString);
        _connection.Open();
        using var create = _connection.CreateCommand();
        create.CommandText = "pragma journal_mode = wal; pragma synchronous = full; create table entries (id integer primary key, text text not null)";
        create.ExecuteNonQuery();
        _insert = _connection.CreateCommand();
        _insert.CommandText = "insert into entries (text) values ($1)";
        _insert.Parameters.AddWithValue("$1", new string('x', 100));
        _file = File.OpenHandle(Path.Combine(folder, "bare.file"), FileMode.Create, FileAccess.ReadWrite);
    }

    /// <summary>Inserts rows, each with a durable commit of its own, for a time.</summary>
    public double CommitsPerSecond(TimeSpan time) => PerSecond(time, _ => _insert.ExecuteNonQuery());

    /// <summary>Writes pages one after the other over the same few megabytes, as a write-ahead log does, each with an <c>fdatasync</c>.</summary>
    public double SyncsPerSecond(TimeSpan time)
    {
        var page = new byte[Page];
        return PerSecond(time, number =>
        {
            RandomAccess.Write(_file, page, number % 1000 * Page);
            if (Synchronize(_file) != 0)
                throw new IOException("fdatasync failed.");
        });
    }

    public void Dispose()
    {
        _file.Dispose();
        _insert.Dispose();
        _connection.Dispose();
    }

    private static double PerSecond(TimeSpan time, Action<long> act)
    {
        var start = Stopwatch.GetTimestamp();
        long count = 0;
        while (Stopwatch.GetElapsedTime(start) < time)
            act(count++);
        return count / time.TotalSeconds;
    }

    [DllImport("libc", EntryPoint = "fdatasync"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Synchronize(SafeFileHandle file);
}
