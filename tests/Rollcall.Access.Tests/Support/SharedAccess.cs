namespace Rollcall.Access.Tests.Support;

/// <summary>One server for all rows of a table; each has integrations of its own.</summary>
public sealed class SharedAccess : IAsyncLifetime
{
    private int _names;

    internal TestAccess Access { get; private set; } = null!;

    public string NewName() => $"i{Interlocked.Increment(ref _names)}";

    public async ValueTask InitializeAsync() => Access = await TestAccess.StartAsync();

    public ValueTask DisposeAsync() => Access.DisposeAsync();
}
