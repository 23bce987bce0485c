using System.Diagnostics.Metrics;
using System.Globalization;
using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Access.OAuth;
using Rollcall.Data;

namespace Rollcall.Access;

/// <summary>Measures the Access side. Integrations stand in it by their names; Users, lists and people don't.</summary>
internal sealed class AccessMeter
{
    // Counting members reads every list: often enough for a gauge.
    private static readonly TimeSpan SizesLast = TimeSpan.FromMinutes(1);

    // Bounds of the sizes that Groups are counted by.
    private static readonly long[] Bounds = [0, 10, 100, 1_000, 10_000, 100_000];

    private readonly Database _database;
    private readonly IntegrationDirectory _directory;
    private readonly TimeProvider _clock;
    private readonly Counter<long> _preconditionFailures;
    private readonly Lock _reading = new();
    private IReadOnlyList<Sizes> _sizes = [];
    private long? _sizesReadAt;

    /// <summary>Makes the meter of a side.</summary>
    public AccessMeter(
        IMeterFactory meters, Database database, IntegrationDirectory directory, BearerTokens tokens, AuditWriter audit, FeedReaders feed, TimeProvider clock)
    {
        _database = database;
        _directory = directory;
        _clock = clock;
        var meter = meters.Create(new MeterOptions(Telemetry.MeterName));
        _preconditionFailures = meter.CreateCounter<long>(Telemetry.PreconditionFailures, "{request}", "SCIM requests that were answered with 412.");
        meter.CreateObservableCounter(Telemetry.TokenLookups, () => Lookups(tokens), "{lookup}", "Bearer tokens that were remembered, or had to be validated.");
        meter.CreateObservableCounter(Telemetry.AuditDropped, () => audit.Dropped, "{row}", "Refusals and reads that the audit log had to do without.");
        Gauge(meter, Telemetry.Users, "{user}", "Users of an integration.", sizes => sizes.Users);
        Gauge(meter, Telemetry.Groups, "{group}", "Groups that an integration sees.", sizes => sizes.Groups);
        Gauge(meter, Telemetry.Members, "{member}", "Direct members of all Groups of an integration.", sizes => sizes.Members);
        Gauge(meter, Telemetry.LargestGroup, "{member}", "Direct members of the largest Group of an integration.", sizes => sizes.Largest);
        meter.CreateObservableGauge(Telemetry.GroupSizes, ReadSizes, "{group}", "Groups of an integration that have no more direct members than le.");
        meter.CreateObservableGauge(Telemetry.FeedLag, () => ReadLag(feed), "{change}", "Changes that the reader of the change feed has before it who is furthest behind.");
    }

    private sealed record Sizes(string Integration, long Users, long Groups, long Members, long Largest, IReadOnlyList<long> UpTo);

    /// <summary>Counts an answer of 412.</summary>
    /// <param name="integration">The name of the integration that was answered.</param>
    public void PreconditionFailed(string integration) => _preconditionFailures.Add(1, KeyValuePair.Create(Telemetry.IntegrationTag, (object?)integration));

    private static IEnumerable<Measurement<long>> Lookups(BearerTokens tokens) =>
        [new(tokens.Hits, KeyValuePair.Create(Telemetry.ResultTag, (object?)"hit")), new(tokens.Misses, KeyValuePair.Create(Telemetry.ResultTag, (object?)"miss"))];

    private void Gauge(Meter meter, string name, string unit, string description, Func<Sizes, long> value) =>
        meter.CreateObservableGauge(name, () => Read().Select(sizes => new Measurement<long>(value(sizes), KeyValuePair.Create(Telemetry.IntegrationTag, (object?)sizes.Integration))), unit, description);

    // Cumulative and with le, as Prometheus has its histograms, so that its functions for them can be used.
    private IEnumerable<Measurement<long>> ReadSizes() =>
        from sizes in Read()
        from bound in sizes.UpTo.Select((count, place) => (Le: Bounds[place].ToString(CultureInfo.InvariantCulture), Count: count)).Append((Le: "+Inf", Count: sizes.Groups))
        select new Measurement<long>(bound.Count, KeyValuePair.Create(Telemetry.IntegrationTag, (object?)sizes.Integration), KeyValuePair.Create(Telemetry.BoundTag, (object?)bound.Le));

    private IEnumerable<Measurement<long>> ReadLag(FeedReaders feed) => feed.Furthest() is { } place
        ? [new(_database.ReadAsync(ChangeFeed.ExtentAsync).AsTask().GetAwaiter().GetResult().Last - place)]
        : [];

    private IReadOnlyList<Sizes> Read()
    {
        lock (_reading)
        {
            if (_sizesReadAt is not { } at || _clock.GetElapsedTime(at) >= SizesLast)
            {
                // Whoever collects waits in any case: measurements are given synchronously.
                _sizes = _database.ReadAsync(ReadAsync).AsTask().GetAwaiter().GetResult();
                _sizesReadAt = _clock.GetTimestamp();
            }
            return _sizes;
        }
    }

    private async ValueTask<IReadOnlyList<Sizes>> ReadAsync(Session session)
    {
        var names = _directory.Current.ByName.Values.ToDictionary(integration => integration.Id, integration => integration.Name);
        var sizes = await session.ListAsync(
            $"""
             select i.id,
               (select coalesce(sum(c.total), 0) from counters c where c.integration_id = i.id and c.resource_type = 'User'),
               count(l.id), coalesce(sum(l.member_count), 0), coalesce(max(l.member_count), 0),
               {string.Join(", ", Bounds.Select(bound => $"count(case when l.member_count <= {bound} then 1 end)"))}
             from integrations i left join lists l on l.integration_id = i.id and l.scim_id is not null
             group by i.id
             """,
            row => (Id: row.GetInt64(0), Users: row.GetInt64(1), Groups: row.GetInt64(2), Members: row.GetInt64(3), Largest: row.GetInt64(4),
                UpTo: Bounds.Select((_, place) => row.GetInt64(5 + place)).ToList()));
        return [.. sizes.Where(size => names.ContainsKey(size.Id)).Select(size =>
            new Sizes(names[size.Id], size.Users, size.Groups, size.Members, size.Largest, size.UpTo))];
    }
}
