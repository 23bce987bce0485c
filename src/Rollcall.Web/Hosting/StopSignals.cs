using System.Runtime.InteropServices;

namespace Rollcall.Web.Hosting;

/// <summary>
/// SIGTERM and Ctrl+C (SIGINT). The first asks the process to stop in order; a second one to stop at once.
/// </summary>
public sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _hurry = new();
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;

    /// <summary>Listens from now on.</summary>
    public StopSignals()
    {
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Cancelled by the second signal.</summary>
    public CancellationToken Hurry => _hurry.Token;

    /// <summary>Asks to stop as a signal does.</summary>
    public void Request() => (_stop.IsCancellationRequested ? _hurry : _stop).Cancel();

    /// <summary>Leaves the signals to the system again.</summary>
    public void Dispose()
    {
        _terminate.Dispose();
        _interrupt.Dispose();
        _stop.Dispose();
        _hurry.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        // Otherwise the runtime ends the process here and now.
        context.Cancel = true;
        Request();
    }
}
