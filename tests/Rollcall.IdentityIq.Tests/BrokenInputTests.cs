using Rollcall.IdentityIq.Isc;
using Rollcall.IdentityIq.Xml;
using Rollcall.Testing;
using Xunit;

namespace Rollcall.IdentityIq.Tests;

/// <summary>What can't be read is refused with exactly the message that stands in <c>Data/broken.json</c>.</summary>
public sealed class BrokenInputTests
{
    private static readonly IReadOnlyDictionary<string, Row> Rows = Cases.Rows<Row>("broken.json");

    private static readonly string Laughs =
        "<!DOCTYPE Application [<!ENTITY a \"ha\">" + string.Concat(Enumerable.Range(1, 9).Select(i => $"<!ENTITY {(char)('a' + i)} \"{string.Concat(Enumerable.Repeat($"&{(char)('a' + i - 1)};", 10))}\">")) +
        "]>\n<Application name=\"x\"><Attributes>&j;</Attributes></Application>";

    public sealed record Row(string Id, string Message, string? Xml = null, string? Entries = null, string? Json = null);

    public static TheoryData<string> Ids => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Document_IsRefused(string id)
    {
        var row = Rows[id];
        var xml = row.Entries is null ? row.Xml : $"<Application name=\"x\">\n<Attributes><Map>\n{row.Entries}\n</Map></Attributes>\n</Application>";
        var fault = Assert.Throws<ApplicationFormatException>(() => xml is not null
            ? ApplicationXml.Read(Fill(xml, "<a>", "</a>"))
            : SourceJson.Read(Fill(row.Json!, "{\"a\":", "}")));
        Assert.Equal(row.Message, fault.Message);
        File.AppendAllText("/tmp/msgs.jsonl", System.Text.Json.JsonSerializer.Serialize(new[] { id, fault.Message }) + "\n");
        Assert.Equal(row.Message.StartsWith("Line ", StringComparison.Ordinal), fault.Line is not null);
    }

    private static string Fill(string text, string open, string close) => text switch
    {
        "{laughs}" => Laughs,
        "{deep}" => string.Concat(Enumerable.Repeat(open, 5000)) + (open[0] == '{' ? "1" : "") + string.Concat(Enumerable.Repeat(close, 5000)),
        "{huge}" => new string(' ', 5_000_000),
        _ => text,
    };
}
