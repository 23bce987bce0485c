using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Rollcall.Scim.Resources;
using Xunit;

namespace Rollcall.Scim.Tests;

public sealed class ScimJsonTests
{
    [Theory]
    [InlineData("", "The body is empty")]
    [InlineData(" \r\n\t", "The body is empty")]
    [InlineData("[]", "not a JSON object (line 1, byte 1)")]
    [InlineData("\n \"x\"", "not a JSON object (line 2, byte 2)")]
    [InlineData("null", "not a JSON object")]
    [InlineData("{", "not well-formed JSON (line 1, byte 2)")]
    [InlineData("{\"a\":1,}", "not well-formed JSON (line 1, byte 8)")]
    [InlineData("{\n\"a\" 1}", "not well-formed JSON (line 2, byte 5)")]
    [InlineData("{}{}", "not well-formed JSON (line 1, byte 3)")]
    [InlineData("{\"a\":01}", "not well-formed JSON")]
    [InlineData("{\"a\":NaN}", "not well-formed JSON")]
    [InlineData("{/**/}", "not well-formed JSON")]
    [InlineData("{'a':1}", "not well-formed JSON")]
    [InlineData("{\"a\":\"\n\"}", "not well-formed JSON")]
    [InlineData("{\"userName\":1,\"USERNAME\":2}", "The key \"USERNAME\" appears twice in one object; names of attributes are equal in any case (line 1, byte 15)")]
    [InlineData("{\"a\":[{\"x\":1,\n\"x\":1}]}", "The key \"x\" appears twice")]
    [InlineData("{\"a\":1,\"\\u0061\":2}", "The key \"a\" appears twice")]
    [InlineData("{\"a\":\"\\ud800\"}", "not valid Unicode (line 1, byte 6)")]
    [InlineData("{\"\\udc00\":1}", "not valid Unicode (line 1, byte 2)")]
    [InlineData("\uFEFF[]", "not a JSON object (line 1, byte 4)")]
    [InlineData("\uFEFF{\"a\"", "not well-formed JSON (line 1, byte 8)")]
    public void S003_S147_what_is_no_object_is_refused_with_its_place(string text, string detail) => Refuses(Encoding.UTF8.GetBytes(text), detail);

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused()
    {
        Refuses([(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}'], "not valid Unicode (line 1, byte 2)");
        Refuses([.. "{\"a\":\""u8, 0xC3, .. "\"}"u8], "not valid Unicode (line 1, byte 6)");
        Refuses(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("{}")).ToArray(), "not well-formed JSON (line 1, byte 1)");
    }

    [Fact]
    public void Sixty_four_levels_are_read_and_more_refused()
    {
        ScimJson.ParseObject(Nested(64));
        Refuses(Nested(65), "nested more than 64 deep");
        Refuses(Nested(100_000), "nested more than 64 deep");
        Refuses(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 65)) + "1" + new string('}', 65)), "nested more than 64 deep");

        static byte[] Nested(int depth) => Encoding.UTF8.GetBytes("{\"a\":" + new string('[', depth - 1) + new string(']', depth - 1) + "}");
    }

    [Fact]
    public void S146_a_byte_order_mark_is_passed_over_and_not_written()
    {
        var document = ScimJson.ParseObject([.. Encoding.UTF8.GetPreamble(), .. "{\"a\":\"ä\"}"u8]);

        Assert.Equal("{\"a\":\"ä\"}"u8.ToArray(), ScimJson.ToUtf8(document));
    }

    [Fact]
    public void Keys_are_found_in_any_case_and_values_keep_their_text()
    {
        var document = Json.Body("""{"Name":{"GivenName":"x"},"n":[1.50,1e3,-0.0,12345678901234567890,true,null]}""");

        Assert.Equal("x", (string?)document["name"]!["GIVENNAME"]);
        Assert.Equal("[1.50,1e3,-0.0,12345678901234567890,true,null]", Json.Text(document["n"]));
    }

    [Fact]
    public void A_long_key_is_cut_in_the_detail()
    {
        var key = new string('k', 10_000);

        var fault = Assert.Throws<ScimException>(() => Json.Body($$"""{"{{key}}":1,"{{key}}":2}"""));

        Assert.True(fault.Message.Length < 300);
    }

    [Fact]
    public void What_is_written_is_read_again() =>
        Fuzz.Documents.Sample(document =>
        {
            var again = Json.Body(document);
            Assert.True(ResourceComparer.Equal(document, again));
            Assert.True(JsonNode.DeepEquals(document, again));
        });

    private static void Refuses(byte[] body, string detail)
    {
        var fault = Assert.Throws<ScimException>(() => ScimJson.ParseObject(body));

        Assert.Equal((400, "invalidSyntax"), (fault.Status, fault.ScimType));
        Assert.Contains(detail, fault.Message, StringComparison.Ordinal);
    }
}
