using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Rollcall.Access.Tests.Support;

/// <summary>
/// Keeps what the server logs, as its own logger writes it: message, values by name, of exceptions the type and, where the
/// text may be written, the text. At the end no line may hold what a test wrote into an attribute.
/// </summary>
internal sealed class LogSink : ILoggerProvider
{
    // Shorter values stand in type names and paths by chance.
    private const int ShortestPrivate = 5;

    private readonly ConcurrentQueue<string> _lines = [];
    private readonly ConcurrentDictionary<string, bool> _private = [];

    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>Marks a text as one that must never be logged.</summary>
    public void Hide(string value)
    {
        if (value.Length >= ShortestPrivate)
            _private.TryAdd(value, true);
    }

    public void AssertKeepsSecrets()
    {
        foreach (var line in _lines)
        {
            foreach (var value in _private.Keys)
                Assert.DoesNotContain(value, line, StringComparison.Ordinal);
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(_lines, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(ConcurrentQueue<string> lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var values = (state as IReadOnlyList<KeyValuePair<string, object?>> ?? []).Select(pair => Convert.ToString(pair.Value, CultureInfo.InvariantCulture));
            lines.Enqueue(string.Join(' ', [category, formatter(state, exception), .. values, .. Exceptions(exception)]));
        }

        private static IEnumerable<string> Exceptions(Exception? exception)
        {
            for (var e = exception; e is not null; e = e.InnerException)
                yield return e is DbException or IOException ? $"{e.GetType()}: {e.Message}" : e.GetType().ToString();
        }
    }
}
