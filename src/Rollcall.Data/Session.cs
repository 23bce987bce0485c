using System.Data.Common;

namespace Rollcall.Data;

/// <summary>
/// A connection within a transaction, as stores see it. Commands are kept prepared by their SQL text, so texts are
/// constants or made from a small number of shapes. Not for use by two threads at once.
/// </summary>
public class Session
{
    // A filter makes a text of its own; past this many the oldest shapes are not worth their memory.
    private const int MaxKeptCommands = 256;

    private readonly DbConnection _connection;
    private readonly IFaultMapper _faults;
    private readonly Dictionary<string, DbCommand> _commands = new(StringComparer.Ordinal);

    private protected Session(DbConnection connection, Dialect dialect, IFaultMapper faults)
    {
        _connection = connection;
        Dialect = dialect;
        _faults = faults;
    }

    /// <summary>The words in which this database differs from others.</summary>
    public Dialect Dialect { get; }

    /// <summary>The database's clock for this transaction, in microseconds since 1970 in UTC.</summary>
    public long Now { get; internal set; }

    /// <summary>How many statements the session has run.</summary>
    private protected long StatementCount { get; private set; }

    /// <summary>Runs a statement and returns how many rows it changed.</summary>
    /// <param name="sql">The statement, with <c>$1</c>, <c>$2</c>, … for <paramref name="arguments"/>.</param>
    /// <param name="arguments">Values by position; null is NULL.</param>
    public ValueTask<int> ExecuteAsync(string sql, params ReadOnlySpan<object?> arguments) => ExecuteAsync(Bind(sql, arguments));

    /// <summary>The first row, or the default of <typeparamref name="T"/> where there is none.</summary>
    public ValueTask<T?> FirstAsync<T>(string sql, Func<DbDataReader, T> map, params ReadOnlySpan<object?> arguments) =>
        FirstAsync(Bind(sql, arguments), map);

    /// <summary>All rows, in the statement's order.</summary>
    public ValueTask<List<T>> ListAsync<T>(string sql, Func<DbDataReader, T> map, params ReadOnlySpan<object?> arguments) =>
        ListAsync(Bind(sql, arguments), map);

    /// <summary>Shows each row, in the statement's order, to <paramref name="read"/>.</summary>
    public ValueTask EachAsync(string sql, Action<DbDataReader> read, params ReadOnlySpan<object?> arguments) => EachAsync(Bind(sql, arguments), read);

    private async ValueTask EachAsync(DbCommand command, Action<DbDataReader> read)
    {
        try
        {
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                read(reader);
        }
        catch (DbException exception)
        {
            throw _faults.Map(exception);
        }
    }

    private async ValueTask<int> ExecuteAsync(DbCommand command)
    {
        try
        {
            return await command.ExecuteNonQueryAsync();
        }
        catch (DbException exception)
        {
            throw _faults.Map(exception);
        }
    }

    private async ValueTask<T?> FirstAsync<T>(DbCommand command, Func<DbDataReader, T> map)
    {
        try
        {
            await using var reader = await command.ExecuteReaderAsync();
            return await reader.ReadAsync() ? map(reader) : default;
        }
        catch (DbException exception)
        {
            throw _faults.Map(exception);
        }
    }

    private async ValueTask<List<T>> ListAsync<T>(DbCommand command, Func<DbDataReader, T> map)
    {
        var rows = new List<T>();
        await EachAsync(command, reader => rows.Add(map(reader)));
        return rows;
    }

    private DbCommand Bind(string sql, ReadOnlySpan<object?> arguments)
    {
        StatementCount++;
        var command = Prepare(sql, arguments.Length);
        for (var i = 0; i < arguments.Length; i++)
            command.Parameters[i].Value = arguments[i] ?? DBNull.Value;
        return command;
    }

    private DbCommand Prepare(string sql, int parameterCount)
    {
        if (_commands.TryGetValue(sql, out var kept))
            return kept;
        if (_commands.Count >= MaxKeptCommands)
            DropCommands();
#pragma warning disable CA2100 // SQL texts come from the stores; values are always parameters
        var command = _connection.CreateCommand();
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 1; i <= parameterCount; i++)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = $"${i}";
            command.Parameters.Add(parameter);
        }
        _commands.Add(sql, command);
        return command;
    }

    private protected void DropCommands()
    {
        foreach (var command in _commands.Values)
            command.Dispose();
        _commands.Clear();
    }
}

/// <summary>Turns a driver's exception into one of this project's: the only place where driver error codes are known.</summary>
internal interface IFaultMapper
{
    /// <summary>The exception to throw instead; <paramref name="exception"/> itself where it is a programmer's error.</summary>
    Exception Map(DbException exception);
}

/// <summary>A session that may write: what the closure of <see cref="Database.WriteAsync{T}"/> is given.</summary>
public class WriteSession : Session
{
    private long _statementsBefore;
    private string? _first;

    private protected WriteSession(DbConnection connection, Dialect dialect, IFaultMapper faults)
        : base(connection, dialect, faults)
    {
    }

    /// <summary>
    /// Takes the lock that comes before all others in the order of locks. Where this write has run other statements
    /// already, which may have taken others, it starts over with this one in front: so whoever needs it may ask for it as
    /// late as that turns out, and nobody waits for it holding what another waits for.
    /// </summary>
    /// <param name="statement">The statement that takes it; the same one throughout.</param>
    public async ValueTask LockFirstAsync(string statement)
    {
        if (_first == statement)
            return;
        if (StatementCount > _statementsBefore)
            throw new LockFirstException(statement);
        await ExecuteAsync(statement);
        _first = statement;
    }

    /// <summary>Another write begins.</summary>
    internal void Begin()
    {
        _statementsBefore = StatementCount;
        _first = null;
    }
}

/// <summary>A write needs a lock that must come first: the database starts it over with that.</summary>
/// <param name="statement">The statement that takes the lock.</param>
internal sealed class LockFirstException(string statement) : Exception("The write starts over.")
{
    /// <summary>The statement that takes the lock.</summary>
    public string Statement { get; } = statement;
}
