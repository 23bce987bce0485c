namespace Rollcall.Data.Sqlite;

/// <summary>SQLite's words. One writer, so no lock clauses.</summary>
internal static class SqliteDialect
{
    public static Dialect Instance { get; } = new()
    {
        ForUpdate = "",
        Words = new Dictionary<string, string>
        {
            ["identity"] = "integer primary key autoincrement",
            // For append-only tables whose newest row is never deleted, so that numbers can't come back.
            ["sequence"] = "integer primary key",
            ["bytes"] = "blob",
            ["json"] = "text",
            ["clustered"] = "without rowid",
            // A table function of the elements of a JSON array, in a column "value".
            ["elements"] = "json_each",
        },
        TextSet = parameter => $"select value from json_each({parameter})",
        NumberSet = parameter => $"select value from json_each({parameter})",
        JsonValue = (column, path) => $"json_extract({column}, {Path(path)})",
        JsonElements = (column, path) => $"json_each({column}, {Path(path)})",
        Contains = (text, part) => $"instr({text}, {part}) > 0",
        TextPart = (bytes, start, length) => $"cast(substr({bytes}, {start} + 1, {length}) as text)",
    };

    // Names come from schemas, never from requests; quoting covers the dots and colons of URNs.
    private static string Path(IReadOnlyList<string> names) => $"'$.{string.Join('.', names.Select(name => $"\"{name}\""))}'";
}
