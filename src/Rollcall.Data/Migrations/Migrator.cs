using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Rollcall.Data.Migrations;

/// <summary>One step of a schema: a numbered SQL script with the dialect's words as <c>$(name)</c>, and <c>$(now)</c> for the time.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Sql">Statements separated by a semicolon at the end of a line.</param>
public sealed record Migration(int Number, string Sql)
{
    /// <summary>
    /// The scripts embedded in an assembly below a folder, as <c>0001_name.sql</c>, in order.
    /// </summary>
    public static IReadOnlyList<Migration> FromAssembly(Assembly assembly, string resourcePrefix) =>
    [
        .. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(resourcePrefix, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => new Migration(int.Parse(name.AsSpan(resourcePrefix.Length, 4), CultureInfo.InvariantCulture), Read(assembly, name))),
    ];

    private static string Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}

/// <summary>The database's schema and this release don't go together.</summary>
public sealed class MigrationException(string message) : Exception(message);

/// <summary>
/// Brings a schema up to date. The database stores <c>schema</c>, the number of its newest migration, and
/// <c>minimum</c>, the oldest release (by its own newest migration) that may still work on it: migrations only expand,
/// so a release works on a newer schema until <c>minimum</c> passes it.
/// </summary>
internal static partial class Migrator
{
    /// <summary>Runs what is missing, inside the caller's transaction. Returns the schema's number afterwards.</summary>
    /// <exception cref="MigrationException">The schema is too new for this release.</exception>
    public static async ValueTask<int> RunAsync(WriteSession session, IReadOnlyList<Migration> migrations)
    {
        await session.ExecuteAsync("create table if not exists schema_version (only_row integer not null primary key, number integer not null, minimum integer not null)");
        var (current, minimum) = await session.FirstAsync<(int, int)>("select number, minimum from schema_version", row => (row.GetInt32(0), row.GetInt32(1)));
        var newest = migrations[^1].Number;
        if (minimum > newest)
            throw new MigrationException($"The database needs a release that knows schema {minimum}; this one knows {newest}. Start the newer release.");

        foreach (var migration in migrations.Where(migration => migration.Number > current))
        {
            foreach (var statement in Statements(Words().Replace(migration.Sql, match => Word(session, match.Groups[1].Value))))
                await session.ExecuteAsync(statement);
        }

        if (current == 0)
            await session.ExecuteAsync("insert into schema_version (only_row, number, minimum) values (1, $1, 1)", newest);
        else if (newest > current)
            await session.ExecuteAsync("update schema_version set number = $1", newest);
        return Math.Max(current, newest);
    }

    // The one word that no dialect knows: when the migration runs, on the database's clock.
    private static string Word(WriteSession session, string name) =>
        name == "now" ? session.Now.ToString(CultureInfo.InvariantCulture) : session.Dialect.Words[name];

    private static IEnumerable<string> Statements(string script) =>
        script.Split(";\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"\$\((\w+)\)")]
    private static partial Regex Words();
}
