using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Rollcall.Web.Api;

namespace Rollcall.Access.Audit;

/// <summary>The JSON columns of the audit log.</summary>
internal static class AuditJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = ApiJson.Options.Encoder };

    /// <summary>Writes one object: the caller fills it in.</summary>
    public static string Object(Action<Utf8JsonWriter> write) => Object(write, static (writer, write) => write(writer));

    /// <summary>Writes one object from a value.</summary>
    public static string Object<T>(T value, Action<Utf8JsonWriter, T> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            write(writer, value);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The column <c>actor</c>.</summary>
    public static string Of(Actor actor) => Object(actor, static (writer, actor) =>
    {
        WriteIfSet(writer, "integration", actor.Integration);
        WriteIfSet(writer, "client", actor.Client);
        WriteIfSet(writer, "user", actor.User);
        WriteIfSet(writer, "address", actor.Address);
    });

    /// <summary>The column <c>request</c>.</summary>
    public static string Of(RequestFacts request) => Object(request, static (writer, request) =>
    {
        writer.WriteString("method", request.Method);
        writer.WriteString("path", request.Path);
        writer.WriteNumber("status", request.Status);
        if (request.Duration is { } duration)
            writer.WriteNumber("durationMs", Math.Round(duration.TotalMilliseconds, 1));
        WriteIfSet(writer, "versionGiven", request.VersionGiven);
        WriteIfSet(writer, "versionFound", request.VersionFound);
    });

    /// <summary>The column <c>operations</c> of a row that is recorded after its request; null where there is nothing to say.</summary>
    public static string? OperationsOf(RecordedRow row) => row is { Count: 0, ScimType: null, Detail: null } ? null : Object(row, static (writer, row) =>
    {
        if (row.Count > 0)
            writer.WriteNumber("count", row.Count);
        WriteIfSet(writer, "scimType", row.ScimType);
        WriteIfSet(writer, "detail", row.Detail);
    });

    /// <summary>The column <c>operations</c> of a change of attributes: their names, never their values.</summary>
    public static void WriteChanged(Utf8JsonWriter writer, IEnumerable<string> names)
    {
        writer.WriteStartArray("changed");
        foreach (var name in names)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    }

    /// <summary>A revision as versions are written.</summary>
    public static string Version(long revision) => string.Create(CultureInfo.InvariantCulture, $"W/\"{revision}\"");

    private static void WriteIfSet(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }
}
