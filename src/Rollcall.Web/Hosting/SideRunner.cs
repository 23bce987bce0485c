namespace Rollcall.Web.Hosting;

/// <summary>Runs the sides of a process until it is asked to stop.</summary>
public static class SideRunner
{
    /// <summary>Starts every side, tells that they are ready, waits for the signal, stops them side by side.</summary>
    /// <param name="sides">One or two; they are not disposed here.</param>
    /// <param name="ready">Called once all accept connections: prints the URLs and the ready line.</param>
    /// <param name="signals">Who asks to stop.</param>
    /// <returns>
    /// True if it was asked to stop: exit code 0. False if a side stopped its application by itself, which stops the others
    /// too: something failed that it could not go on without.
    /// </returns>
    public static async Task<bool> RunAsync(IReadOnlyList<SideHost> sides, Action ready, StopSignals signals)
    {
        try
        {
            foreach (var side in sides)
                await side.StartAsync(signals.Stop);
            ready();
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            // Asked to stop while starting: what has started is stopped below.
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource([signals.Stop, .. sides.Select(side => side.App.Lifetime.ApplicationStopping)]);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.Token.Register(stopped.SetResult))
            await stopped.Task;
        var wasAsked = signals.Stop.IsCancellationRequested;
        await Task.WhenAll(sides.Select(side => side.StopAsync(signals.Hurry)));
        return wasAsked;
    }
}
