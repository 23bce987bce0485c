using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rollcall.Access.Integrations;
using Rollcall.Access.Scim;
using Rollcall.Data;

namespace Rollcall.Access.OAuth;

/// <summary>
/// Looks every <see cref="Interval"/> whether another node has revoked access or changed the signing keys, makes the next
/// signing key when its time has come, and says once a day which credentials end soon.
/// </summary>
internal sealed partial class AccessWatch(IntegrationDirectory directory, SigningKeys keys, Database database, TimeProvider timeProvider, ILogger<AccessWatch> logger)
    : BackgroundService
{
    /// <summary>Half of what <see cref="IntegrationDirectory.LongestTrust"/> allows, so that requests need not ask themselves.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan WarnEvery = TimeSpan.FromDays(1);

    private DateTimeOffset _warnNext;
    private bool _isFailing;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await LookAsync(stoppingToken);
            await Task.Delay(Interval, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        try
        {
            await keys.FollowAsync((await directory.ReloadAsync()).Stored.Keys);
            await keys.RotateAsync();
            await WarnAsync();
            _isFailing = false;
        }
#pragma warning disable CA1031 // Whatever it is, it must not end the watch: others would keep what was revoked.
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            // The log has it once, however long it lasts; requests say so too.
            if (!_isFailing)
                Log.Failed(logger, e);
            _isFailing = true;
        }
        catch (Exception)
        {
            // Stopping, the database may be closed already.
        }
#pragma warning restore CA1031
    }

    private async Task WarnAsync()
    {
        var now = timeProvider.GetUtcNow();
        if (now < _warnNext)
            return;
        foreach (var credential in await database.ReadAsync(session => ExpiringCredential.ListAsync(session, ScimTime.Of(now))))
            Log.EndsSoon(logger, credential.Integration, credential.Warning);
        _warnNext = now + WarnEvery;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The database can't be asked whether access was revoked or signing keys have changed; until it can, requests are answered 503")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "Integration {Integration}: {Warning}")]
        public static partial void EndsSoon(ILogger logger, string integration, string warning);
    }
}
