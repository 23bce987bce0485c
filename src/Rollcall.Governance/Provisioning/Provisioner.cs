using Microsoft.Extensions.Hosting;

namespace Rollcall.Governance.Provisioning;

/// <summary>Carries out planned transactions, in the background.</summary>
public sealed class Provisioner : BackgroundService
{
    private readonly SemaphoreSlim _work = new(0, 1);

    /// <summary>Tells that there may be something to do: call it after the commit of a plan.</summary>
    public void Wake()
    {
        try
        {
            _work.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _work.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
}
