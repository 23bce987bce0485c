using Rollcall.Data;

namespace Rollcall.Governance.Tests.Support;

/// <summary>A database whose process dies at one of its writes: just before it, or when it is committed and nobody has heard of it.</summary>
/// <param name="database">The database itself, which lives on.</param>
/// <param name="dieAt">The number of the write, from 1.</param>
/// <param name="afterCommit">Whether it is committed.</param>
internal sealed class MortalDatabase(Database database, int dieAt, bool afterCommit) : Database
{
    private int _writes;

    public bool IsDead { get; private set; }

    public override Dialect Dialect => database.Dialect;

    public override bool KeepsOrderOfWrites => database.KeepsOrderOfWrites;

    public override ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> read, TimeSpan? limit = null) => IsDead ? throw Dead() : database.ReadAsync(read, limit);

    public override ValueTask<T> ReadOneAsync<T>(Func<Session, ValueTask<T>> read) => IsDead ? throw Dead() : database.ReadOneAsync(read);

    public override async Task<T> WriteAsync<T>(Func<WriteSession, ValueTask<T>> write, WriteKey? key = null)
    {
        if (IsDead)
            throw Dead();
        if (++_writes < dieAt)
            return await database.WriteAsync(write, key);
        IsDead = true;
        if (afterCommit)
            await database.WriteAsync(write, key);
        throw Dead();
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static DatabaseUnavailableException Dead() => new("The process has died.");
}
