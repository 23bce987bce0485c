using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Access.Tests.Support;

/// <summary>Compares JSON with the part of it that a test is about.</summary>
internal static class JsonShape
{
    /// <summary>
    /// Of an object the named members count: null says that a member is absent, <c>"*"</c> that it is there. Arrays have
    /// exactly the given elements in their order.
    /// </summary>
    public static void AssertMatches(JsonNode? expected, JsonNode? actual, string path = "$")
    {
        switch (expected)
        {
            case null:
                Assert.True(actual is null, $"{path} is {Text(actual)}; it must not be there");
                break;
            case JsonObject members:
                Assert.True(actual is JsonObject, $"{path} is {Text(actual)}; it must be an object");
                foreach (var (name, value) in members)
                    AssertMatches(value, Member((JsonObject)actual!, name), $"{path}.{name}");
                break;
            case JsonArray elements:
                Assert.True(actual is JsonArray array && array.Count == elements.Count, $"{path} is {Text(actual)}; it must have {elements.Count} elements: {Text(expected)}");
                for (var i = 0; i < elements.Count; i++)
                    AssertMatches(elements[i], actual![i], $"{path}[{i}]");
                break;
            default:
                if (expected.GetValueKind() == JsonValueKind.String && (string?)expected == "*")
                    Assert.True(actual is not null, $"{path} is missing");
                else
                    Assert.True(JsonNode.DeepEquals(expected, actual), $"{path} is {Text(actual)}; it must be {Text(expected)}");
                break;
        }
    }

    // The server's documents are looked at as they are written: case counts.
    private static JsonNode? Member(JsonObject actual, string name) => actual.FirstOrDefault(member => member.Key == name).Value;

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "missing";
}
