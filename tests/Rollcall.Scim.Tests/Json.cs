using System.Text;
using System.Text.Json.Nodes;

namespace Rollcall.Scim.Tests;

/// <summary>JSON of tables, read as a body is.</summary>
internal static class Json
{
    public static JsonObject Body(JsonNode node) => ScimJson.ParseObject(ScimJson.ToUtf8(node));

    public static JsonObject Body(string text) => ScimJson.ParseObject(Encoding.UTF8.GetBytes(text));

    public static string Text(JsonNode? node) => node is null ? "null" : Encoding.UTF8.GetString(ScimJson.ToUtf8(node));
}

/// <summary>The fault that a row of a table expects.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="ScimType">The scimType, or null.</param>
/// <param name="Detail">What the detail must contain, or null.</param>
public sealed record ExpectedFault(int Status, string? ScimType, string? Detail = null)
{
    public void Check(ScimException fault)
    {
        Xunit.Assert.Equal((Status, ScimType), (fault.Status, fault.ScimType));
        Xunit.Assert.Contains(Detail ?? "", fault.Message, StringComparison.Ordinal);
    }
}
