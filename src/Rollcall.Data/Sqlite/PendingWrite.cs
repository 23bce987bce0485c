using System.Diagnostics;

namespace Rollcall.Data.Sqlite;

/// <summary>A write that waits for the writer, and its caller who waits for the commit.</summary>
internal interface IPendingWrite
{
    /// <summary>What the write is recognised by afterwards, if by anything.</summary>
    WriteKey? Key { get; }

    /// <summary>Whether the closure threw: its part was rolled back, the rest of the group goes on.</summary>
    bool IsRefused { get; }

    /// <summary>Whether the closure, against its contract, waits for something of its own and will run on.</summary>
    bool IsRunning { get; }

    /// <summary>Runs the closure and keeps its result until the commit.</summary>
    void Run(WriteSession session);

    /// <summary>Keeps the closure's exception until the commit.</summary>
    void Refuse(Exception exception);

    /// <summary>After the commit: gives the caller the result, or the closure's exception.</summary>
    void Answer();

    /// <summary>Instead of a commit: nothing of the group was applied, or nobody knows. A closure that went astray is told so itself.</summary>
    void Fail(DatabaseUnavailableException exception);
}

internal sealed class PendingWrite<T>(Func<WriteSession, ValueTask<T>> write, WriteKey? key) : IPendingWrite
{
    // Continuations must not run on the writer's thread: it has others to serve.
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;
    private Exception? _refusal;

    public Task<T> Task => _completion.Task;

    public WriteKey? Key => key;

    public bool IsRefused => _refusal is not null;

    public bool IsRunning { get; private set; }

    public void Run(WriteSession session)
    {
        session.Begin();
        var running = write(session);
        if (!running.IsCompleted)
        {
            IsRunning = true;
            throw new UnreachableException("A write closure awaited something other than its session.");
        }
        _result = running.GetAwaiter().GetResult();
    }

    public void Refuse(Exception exception) => _refusal = exception;

    public void Answer()
    {
        if (_refusal is null)
            _completion.SetResult(_result!);
        else
            _completion.SetException(_refusal);
    }

    public void Fail(DatabaseUnavailableException exception) => _completion.TrySetException(IsRunning ? _refusal! : exception);
}
