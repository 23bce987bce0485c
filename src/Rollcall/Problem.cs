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
        problem.Member("errors") switch
        {
            { ValueKind: JsonValueKind.Object } errors =>
                from field in errors.EnumerateObject()
                where field.Value.ValueKind is JsonValueKind.Array
                from message in field.Value.EnumerateArray()
                where message.ValueKind is JsonValueKind.String
                select Shell.Printable($"  {field.Name}: {message.GetString()}"),
            { ValueKind: JsonValueKind.Array } errors => errors.EnumerateArray().Select(error => Shell.Printable($"  {Place(error)}{error.Text("detail")}")),
            _ => [],
        };

    /// <summary>Where in which document: <c>lists.yaml:12:5: access_list "payroll", spec.title: </c>, as far as it is told.</summary>
    private static string Place(JsonElement error)
    {
        var file = string.Join(':', new[] { error.Text("file"), error.Text("line"), error.Text("column") }.OfType<string>());
        var document = error.Text("name") is { } name ? $"{error.Text("kind")} \"{name}\"" : error.Text("kind");
        return string.Concat(new[] { file, string.Join(", ", new[] { document, error.Text("field") }.OfType<string>()) }.Where(part => part.Length > 0).Select(part => $"{part}: "));
    }
}
