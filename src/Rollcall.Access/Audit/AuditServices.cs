using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rollcall.Access.Integrations;
using Rollcall.Data;
using Rollcall.Web.Hosting;
using Rollcall.Web.Settings;

namespace Rollcall.Access.Audit;

/// <summary>Adds what records requests, and what deletes old records, to a host.</summary>
internal static class AuditServices
{
    /// <summary>
    /// Has every request recorded. The host ends the <see cref="AuditWriter"/>, which then writes what is left: dispose of
    /// the host before the database.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="directory">Which integrations there are.</param>
    /// <param name="database">Where to write.</param>
    /// <param name="settings">How long it is kept.</param>
    public static SideHostBuilder AddRollcallAudit(this SideHostBuilder host, IntegrationDirectory directory, Database database, SideSettings settings)
    {
        host.Services.AddSingleton(provider => new AuditWriter(database, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<AuditWriter>>()));
        host.Services.AddSingleton(provider => new AuditRecorder(provider.GetRequiredService<AuditWriter>(), directory, provider.GetRequiredService<ILogger<AuditRecorder>>()));
        host.Services.AddHostedService(provider => new Retention(
            database, provider.GetRequiredService<TimeProvider>(), settings.AuditRetention, settings.ChangesRetention, provider.GetRequiredService<ILogger<Retention>>()));
        return host.Observe<CallObserver>();
    }
}
