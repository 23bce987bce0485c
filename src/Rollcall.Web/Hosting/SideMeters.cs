using System.Diagnostics.Metrics;

namespace Rollcall.Web.Hosting;

/// <summary>
/// The meters of one side. Two sides, or many test servers, share a process, and a listener hears all of it: each meter
/// has its side as scope, by which <see cref="Observability"/> tells them apart.
/// </summary>
internal sealed class SideMeters : IMeterFactory
{
    private readonly Lock _adding = new();
    private readonly Dictionary<string, Meter> _meters = new(StringComparer.Ordinal);

    public Meter Create(MeterOptions options)
    {
        lock (_adding)
        {
            if (!_meters.TryGetValue(options.Name, out var meter))
                _meters.Add(options.Name, meter = new Meter(options.Name, options.Version, options.Tags, scope: this));
            return meter;
        }
    }

    public void Dispose()
    {
        foreach (var meter in _meters.Values)
            meter.Dispose();
    }
}
