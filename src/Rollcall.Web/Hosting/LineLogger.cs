using System.Buffers;
using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Rollcall.Web.Hosting;

/// <summary>
/// Writes each log entry as one line of JSON: time, level, category, message, the message's values by name, exception. A
/// third party's exception text may quote what a user sent, so of exceptions only type and stack are written, except
/// those of the database and of files, whose text is needed to mend anything.
/// </summary>
internal sealed class LineLoggerProvider(TextWriter output, TimeProvider timeProvider) : ILoggerProvider
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _writing = new();

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    public void Dispose()
    {
    }

    private void Write<TState>(string category, LogLevel level, TState state, Exception? exception, string message)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, Json))
        {
            writer.WriteStartObject();
            writer.WriteString("time", timeProvider.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            writer.WriteString("level", level.ToString().ToLowerInvariant());
            writer.WriteString("category", category);
            writer.WriteString("message", message);
            foreach (var (name, value) in state as IReadOnlyList<KeyValuePair<string, object?>> ?? [])
            {
                if (name != "{OriginalFormat}")
                    writer.WriteString(JsonNamingPolicy.CamelCase.ConvertName(name), Convert.ToString(value, CultureInfo.InvariantCulture));
            }
            if (exception is not null)
                writer.WriteString("exception", Describe(exception));
            writer.WriteEndObject();
        }
        var line = Encoding.UTF8.GetString(buffer.WrittenSpan);
        lock (_writing)
            output.WriteLine(line);
    }

    private static string Describe(Exception exception)
    {
        var text = new StringBuilder();
        for (var e = exception; e is not null; e = e.InnerException)
        {
            text.Append(e.GetType());
            if (e is DbException or IOException)
                text.Append(": ").Append(e.Message);
            text.Append('\n').Append(e.StackTrace).Append('\n');
        }
        return text.ToString().TrimEnd();
    }

    private sealed class LineLogger(LineLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                provider.Write(category, logLevel, state, exception, formatter(state, exception));
        }
    }
}
