using System.Text.Json;

namespace Rollcall;

/// <summary>Reads RFC 9457 problem details.</summary>
internal static class Problem
{
    /// <summary>The reason for a person: <c>detail</c>, else <c>title</c>, then each of <c>errors</c>; null where the body is no problem document.</summary>
    public static string? Read(byte[] content)
    {
        try
        {
            var problem = JsonElement.Parse(content);
            if ((problem.Text("detail") ?? problem.Text("title")) is not { Length: > 0 } reason)
                return null;
            return string.Join('\n', Errors(problem).Prepend(Shell.Printable(reason)));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Errors(JsonElement problem) =>
        problem.Member("errors") is not { ValueKind: JsonValueKind.Object } errors
            ? []
            : from field in errors.EnumerateObject()
              where field.Value.ValueKind is JsonValueKind.Array
              from message in field.Value.EnumerateArray()
              where message.ValueKind is JsonValueKind.String
              select Shell.Printable($"  {field.Name}: {message.GetString()}");
}
