using System.Diagnostics;
using System.Globalization;
using Rollcall.Web.Hosting;
using Rollcall.Web.Settings;

namespace Rollcall.Demo;

/// <summary>Plays the steps of <see cref="DemoStory"/>, one line each, then leaves both sides up to be looked at.</summary>
internal static class DemoRun
{
    private const int TitleWidth = 27;

    /// <summary>Plays the story.</summary>
    /// <param name="settings">The settings of the demo.</param>
    /// <param name="showsWire">Whether requests and answers are shown.</param>
    /// <param name="isCheck">Whether to end after the story.</param>
    /// <param name="shell">Where to tell it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(RollcallSettings settings, bool showsWire, bool isCheck, Shell shell, CancellationToken cancellationToken)
    {
        using var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Stop, cancellationToken);
        Wire? wire = null;
        // One connection for all: the story has one application.
        var began = Stopwatch.GetTimestamp();
        await using var sides = await DemoSides.StartAsync(settings, () => wire = new Wire(showsWire ? line => Tell(shell, $"     {line}") : null), stop.Token);
        using var story = new DemoStory(sides, act => wire!.LetRivalAct(act));
        Tell(shell, "An access list, governed over SCIM 2.0, with a rival in between.");
        Tell(shell, "");
        var passed = await PlayAsync(story.Steps, shell, stop.Token);
        Tell(shell, "");
        if (passed < story.Steps.Count)
            return ExitCode.Refused;
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        Tell(shell, isCheck ? $"demo: {passed} of {story.Steps.Count} steps passed" : $"demo: {passed} of {story.Steps.Count} steps passed in {seconds} s");
        if (!isCheck)
            await StayAsync(sides, shell, stop.Token);
        return ExitCode.Done;
    }

    private static async Task<int> PlayAsync(IReadOnlyList<DemoStep> steps, Shell shell, CancellationToken cancellationToken)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            var step = steps[i];
            var number = (i + 1).ToString(CultureInfo.InvariantCulture).PadLeft(2);
            try
            {
                Tell(shell, $"{number}  {step.Title.PadRight(TitleWidth)}  {await step.PlayAsync(cancellationToken)}");
            }
            catch (Exception fault) when (fault is CommandFailure or DemoFailure)
            {
                Tell(shell, $"{number}  {step.Title.PadRight(TitleWidth)}  FAILED: {fault.Message}");
                Tell(shell, "");
                Tell(shell, $"demo: failed at step {i + 1} of {steps.Count}, {step.Title}");
                return i;
            }
        }
        return steps.Count;
    }

    private static async Task StayAsync(DemoSides sides, Shell shell, CancellationToken cancellationToken)
    {
        Tell(shell, "");
        Tell(shell, "Both sides stay up until you press Ctrl+C; then their folder is removed. Look around in another terminal:");
        Tell(shell, "");
        Tell(shell, $"  export ROLLCALL_ADMIN_TOKEN={sides.AdminToken}");
        Tell(shell, $"  export ROLLCALL_ACCESS_URL={sides.Access.Host.ListeningUrl} ROLLCALL_GOVERNANCE_URL={sides.Governance.Host.ListeningUrl}");
        Tell(shell, "  rollcall lists members list GroupRequester");
        Tell(shell, "  rollcall requests list");
        Tell(shell, "  rollcall transactions show 3");
        Tell(shell, "");
        Tell(shell, $"  {sides.Access.Host.PublicUrl}/openapi/v1.json");
        Tell(shell, $"  {sides.Governance.Host.PublicUrl}/openapi/v1.json");
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }
    }

    private static void Tell(Shell shell, string line)
    {
        shell.Output.WriteLine(Shell.Printable(line));
        shell.Output.Flush();
    }
}

/// <summary>A step of the story: what it is, and what it comes to, as a line.</summary>
internal sealed record DemoStep(string Title, Func<CancellationToken, Task<string>> PlayAsync);

/// <summary>A step did not come out as it should.</summary>
internal sealed class DemoFailure(string message) : Exception(message);
