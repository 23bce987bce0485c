using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Rollcall.Access.Tests.Support;

/// <summary>
/// Keeps what the server logs, as its own logger writes it: message, values by name, of exceptions the type and, where the
/// text may be written, the text. At the end no line may hold what a test wrote into an attribute.
/// </summary>
internal sealed partial class LogSink : ILoggerProvider
{
    // Shorter values stand in type names and paths by chance.
    private const int ShortestPrivate = 5;

    // Attributes that say something of a person, and members of answers that are secrets.
    private static readonly string[] PrivateNames =
    [
        "userName", "displayName", "nickName", "title", "externalId", "givenName", "familyName", "middleName", "formatted", "value", "streetAddress",
        "description", "reason", "employeeNumber", "clientSecret", "token", "access_token", "client_secret",
    ];

    private readonly ConcurrentQueue<string> _lines = [];
    private readonly ConcurrentDictionary<string, bool> _private = [];

    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>Marks a text as one that must never be logged.</summary>
    public void Hide(string value)
    {
        if (value.Length >= ShortestPrivate)
            _private.TryAdd(value, true);
    }

    /// <summary>Marks the attribute values in a body, at any depth.</summary>
    public void Hide(JsonNode? node, string? memberName = null)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (member, value) in members)
                    Hide(value, member);
                break;
            case JsonArray elements:
                foreach (var element in elements)
                    Hide(element, memberName);
                break;
            case JsonValue value when PrivateNames.Contains(memberName) && value.GetValueKind() == JsonValueKind.String:
                Hide((string)value!);
                break;
        }
    }

    /// <summary>Marks what stands in a text that may be JSON, and what stands in quotes in a filter.</summary>
    public void HideIn(string text)
    {
        foreach (Match quoted in Quoted().Matches(Uri.UnescapeDataString(text)))
            Hide(quoted.Groups[1].Value);
        try
        {
            Hide(JsonNode.Parse(text));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            // It is none, or one that only a hostile client sends: what came before the fault is marked.
        }
    }

    /// <summary>Marks what the database keeps of people, lists and Users, and has kept: whoever wrote it, in whatever way.</summary>
    public void HideStored(string path)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            select name from people union select title from lists union select title from list_history union select external_id from lists
            union select user_name from users union select user_name from user_history union select external_id from users
            union select json_extract(definition, '$.description') from lists
            """;
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                if (!reader.IsDBNull(0))
                    Hide(reader.GetString(0));
            }
        }
        command.CommandText = "select document from users union all select document from user_history";
        using var documents = command.ExecuteReader();
        while (documents.Read())
            Hide(JsonNode.Parse(documents.GetFieldValue<byte[]>(0)));
    }

    public void AssertKeepsSecrets()
    {
        foreach (var line in _lines)
        {
            foreach (var value in _private.Keys)
                Assert.DoesNotContain(value, line, StringComparison.Ordinal);
        }
    }

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Quoted();

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
