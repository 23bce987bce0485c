using Rollcall.Data.Migrations;

namespace Rollcall.Data.Tests.Support;

/// <summary>A small schema for tests of the database itself: notes by name, each with the request that wrote it.</summary>
internal static class Notes
{
    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        new(1,
            """
            create table notes (
              id $(identity),
              name text not null,
              amount bigint not null,
              request_id text
            );
            create unique index notes_name on notes (name);
            """),
    ];

    /// <summary>Stands for a statement that takes a lock: it counts how often it was run.</summary>
    public const string Lock = "insert into notes (name, amount) values ('locked', 1) on conflict (name) do update set amount = notes.amount + 1";

    public static ValueTask<long> LocksAsync(Session session) => session.FirstAsync("select amount from notes where name = 'locked'", row => row.GetInt64(0));

    public static async ValueTask<long> AddAsync(WriteSession session, string name, long amount = 0, string? requestId = null)
    {
        await session.ExecuteAsync("insert into notes (name, amount, request_id) values ($1, $2, $3)", name, amount, requestId);
        return amount;
    }

    public static Task<long> AddAsync(Database database, string name, long amount = 0, string? requestId = null) =>
        database.WriteAsync(session => AddAsync(session, name, amount, requestId), requestId is null ? null : new WriteKey(requestId, 1));

    public static async ValueTask<IReadOnlyList<string>> NamesAsync(Session session) =>
        await session.ListAsync("select name from notes order by id", row => row.GetString(0));

    public static ValueTask<IReadOnlyList<string>> NamesAsync(Database database) => database.ReadAsync(NamesAsync);

    public static ValueTask<long> CountAsync(Session session) => session.FirstAsync("select count(*) from notes", row => row.GetInt64(0));

    public static async ValueTask<bool> IsCommittedAsync(Session session, WriteKey key) =>
        await session.FirstAsync("select 1 from notes where request_id = $1", _ => true, key.RequestId);
}
