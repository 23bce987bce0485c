using Rollcall.Data;

namespace Rollcall.Access.Checks;

/// <summary>One thing that must hold in the database, whatever was done to it.</summary>
/// <param name="Name">The name, for people and scripts.</param>
/// <param name="Rule">What must hold, as a sentence.</param>
/// <param name="Remedy">What to do where it does not, as a sentence.</param>
/// <param name="CountAsync">How many rows it looks at.</param>
/// <param name="FindAsync">Shows what contradicts it, a line each.</param>
internal sealed record StoreCheck(
    string Name, string Rule, string Remedy, Func<Session, ValueTask<long>> CountAsync, Func<Session, Action<string>, ValueTask> FindAsync)
{
    /// <summary>A check that is one query for the rows that contradict it.</summary>
    /// <param name="name">As <see cref="Name"/>.</param>
    /// <param name="rule">As <see cref="Rule"/>.</param>
    /// <param name="remedy">As <see cref="Remedy"/>.</param>
    /// <param name="counted">The tables whose rows it looks at.</param>
    /// <param name="contradictions">The query. Its columns say what is wrong: they hold ids, numbers and words of ours, no attributes.</param>
    public static StoreCheck Of(string name, string rule, string remedy, IReadOnlyList<string> counted, string contradictions) => new(
        name, rule, remedy, session => CountRowsAsync(session, counted),
        (session, tell) => session.EachAsync(contradictions, row => tell(
            string.Join(", ", Enumerable.Range(0, row.FieldCount).Where(i => !row.IsDBNull(i)).Select(i => $"{row.GetName(i).Replace('_', ' ')} {row.GetValue(i)}")))));

    /// <summary>The number of rows of some tables.</summary>
    public static async ValueTask<long> CountRowsAsync(Session session, IReadOnlyList<string> tables)
    {
        var count = 0L;
        foreach (var table in tables)
            count += await session.FirstAsync($"select count(*) from {table}", row => row.GetInt64(0));
        return count;
    }
}

/// <summary>What to do where a check finds something.</summary>
internal static class Remedies
{
    /// <summary>The file itself is hurt.</summary>
    public const string Damaged = "The file is damaged, most likely by the disk. Stop the server, check the disk, and restore the last good backup: rollcall restore FILE --force.";

    /// <summary>A value that is computed from others.</summary>
    public const string Derived = "What is wrong is computed from other rows, which stay right; lists still give what they gave. Keep a copy of the file, and restore the last backup that check-store finds right: rollcall restore FILE --force.";

    /// <summary>Rows that Rollcall writes together don't fit together.</summary>
    public const string Foreign = "Rollcall writes these rows together or not at all, so something else has written to the file. Keep a copy of it, and restore the last backup that check-store finds right: rollcall restore FILE --force.";
}
