using Rollcall.Data;

namespace Rollcall.Access.Tests.Bulk;

/// <summary>What becomes of a write.</summary>
public enum Fate
{
    /// <summary>It is done.</summary>
    Done,
    /// <summary>The database is away: it is not done.</summary>
    Away,
    /// <summary>It is done, but the answer got lost.</summary>
    Unknown,
}

/// <summary>A database that is away now and then, as a test decides.</summary>
/// <param name="inner">Where the writes go.</param>
/// <param name="fateOf">The fate of each write by its number, from 0.</param>
/// <param name="keepsOrder">Whether it keeps the order of writes.</param>
internal sealed class UnsteadyDatabase(Database inner, Func<int, Fate> fateOf, bool keepsOrder = true) : Database
{
    private int _writes;
    private int _onTheWay;

    public override Dialect Dialect => inner.Dialect;

    public override bool KeepsOrderOfWrites => keepsOrder;

    /// <summary>How many writes were begun.</summary>
    public int Writes => _writes;

    /// <summary>How many writes were on their way at a time, at most.</summary>
    public int MostOnTheWay { get; private set; }

    /// <summary>Called before each write, with its number.</summary>
    public Func<int, Task> BeforeWrite { get; init; } = _ => Task.CompletedTask;

    public override ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> read, TimeSpan? limit = null) => inner.ReadAsync(read, limit);

    public override ValueTask<T> ReadOneAsync<T>(Func<Session, ValueTask<T>> read) => inner.ReadOneAsync(read);

    public override async Task<T> WriteAsync<T>(Func<WriteSession, ValueTask<T>> write, WriteKey? key = null)
    {
        var number = _writes++;
        MostOnTheWay = Math.Max(MostOnTheWay, Interlocked.Increment(ref _onTheWay));
        try
        {
            await BeforeWrite(number);
            // Others are begun meanwhile, if any are to be.
            await Task.Yield();
            var fate = fateOf(number);
            var result = fate == Fate.Away ? throw new DatabaseUnavailableException("Away.") : await inner.WriteAsync(write, key);
            return fate == Fate.Unknown ? throw new DatabaseUnavailableException("Lost.") { IsOutcomeUnknown = true } : result;
        }
        finally
        {
            Interlocked.Decrement(ref _onTheWay);
        }
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
