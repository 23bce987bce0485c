using Rollcall.Data;

namespace Rollcall.Access.Tests.Support;

/// <summary>How the database runs a statement.</summary>
internal static class QueryPlan
{
    /// <summary>The lines of the plan.</summary>
    /// <param name="access">Whose database.</param>
    /// <param name="statement">Makes the statement for a session, with its arguments.</param>
    public static async Task<IReadOnlyList<string>> OfAsync(TestAccess access, Func<Session, (string Sql, object?[] Arguments)> statement) =>
        await access.Database.ReadAsync(async session =>
        {
            var (sql, arguments) = statement(session);
            return await session.ListAsync($"explain query plan {sql}", row => row.GetString(3), arguments);
        });
}
