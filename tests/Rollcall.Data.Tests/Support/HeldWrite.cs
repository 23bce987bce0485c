namespace Rollcall.Data.Tests.Support;

/// <summary>A write that holds the writer up until the test lets it go: what is written meanwhile shares its commit.</summary>
internal sealed class HeldWrite
{
    private readonly TaskCompletionSource _isRunning = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _mayEnd = new();

    public HeldWrite(Database database)
    {
        Task = database.WriteAsync(_ =>
        {
            _isRunning.SetResult();
            _mayEnd.Task.Wait();
            return new ValueTask<bool>(true);
        });
    }

    public Task<bool> Task { get; }

    public Task IsRunning => _isRunning.Task;

    public void LetGo() => _mayEnd.SetResult();
}
