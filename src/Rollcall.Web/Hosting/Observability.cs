using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Rollcall.Web.Api;
using Rollcall.Web.Settings;

namespace Rollcall.Web.Hosting;

/// <summary>
/// <c>/metrics</c> for Prometheus, and OpenTelemetry's own protocol where the standard variables name a receiver
/// (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, or that of metrics or traces alone). Without a receiver no Activity is ever made.
/// </summary>
internal static class Observability
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    private const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

    public static void Add(WebApplicationBuilder web, RollcallSettings settings, Side side, IMeterFactory meters)
    {
        // The host reads nothing of the environment by itself; the exporters find their variables here.
        web.Configuration.AddInMemoryCollection(settings.OpenTelemetry.Select(variable => KeyValuePair.Create(variable.Key, (string?)variable.Value)));
        var telemetry = web.Services.AddOpenTelemetry()
            .ConfigureResource(resource => Describe(resource, settings, side))
            .WithMetrics(metrics =>
            {
                metrics
                    .AddMeter(Telemetry.OwnMeters, Telemetry.RequestMeter, Telemetry.RuntimeMeter)
                    .AddView(instrument => View(instrument, meters))
                    .AddPrometheusExporter();
                if (IsSet(settings, Endpoint) || IsSet(settings, MetricsEndpoint))
                    metrics.AddOtlpExporter();
            });
        if (IsSet(settings, Endpoint) || IsSet(settings, TracesEndpoint))
        {
            telemetry.WithTracing(traces => traces
                .AddAspNetCoreInstrumentation(options => options.EnrichWithHttpResponse = KeepNoValues)
                .AddOtlpExporter());
        }
    }

    public static void Map(WebApplication app, RollcallSettings settings)
    {
        var endpoint = app.MapPrometheusScrapingEndpoint();
        if (!settings.MetricsPublic)
            endpoint.RequireAdminToken();
    }

    private static bool IsSet(RollcallSettings settings, string variable) =>
        settings.OpenTelemetry.TryGetValue(variable, out var value) && !string.IsNullOrWhiteSpace(value);

    private static void Describe(ResourceBuilder resource, RollcallSettings settings, Side side)
    {
        if (!IsSet(settings, "OTEL_SERVICE_NAME"))
        {
            resource.AddService(
                "rollcall-" + side.ToString().ToLowerInvariant(),
                serviceVersion: typeof(Observability).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion);
        }
    }

    private static MetricStreamConfiguration? View(Instrument instrument, IMeterFactory meters)
    {
        // Another side's, or another server's in this process. What has no scope is the process's.
        if (instrument.Meter.Scope is { } scope && scope != meters)
            return MetricStreamConfiguration.Drop;
        // Of requests only durations are told, counts included: each further instrument costs every request.
        if (instrument.Meter.Name == Telemetry.RequestMeter)
        {
            return instrument.Name == Telemetry.RequestDuration
                ? new ExplicitBucketHistogramConfiguration { Boundaries = Telemetry.Seconds, TagKeys = Telemetry.RequestTags }
                : MetricStreamConfiguration.Drop;
        }
        return Telemetry.IsDuration(instrument) ? new ExplicitBucketHistogramConfiguration { Boundaries = Telemetry.Seconds } : null;
    }

    /// <summary>Paths and queries name people: a trace keeps the route instead, and the request's id to find it in the log.</summary>
    private static void KeepNoValues(Activity activity, HttpResponse response)
    {
        var context = response.HttpContext;
        activity.SetTag("url.path", context.GetEndpoint()?.Metadata.GetMetadata<IRouteDiagnosticsMetadata>()?.Route);
        activity.SetTag("url.query", null);
        activity.SetTag(Telemetry.RequestId, context.TraceIdentifier);
    }
}
