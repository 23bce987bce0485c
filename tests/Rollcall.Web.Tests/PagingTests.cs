using System.Globalization;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Rollcall.Web.Api;

namespace Rollcall.Web.Tests;

public class PagingTests
{
    [Theory]
    [InlineData("", 100)]
    [InlineData("?count=1", 1)]
    [InlineData("?count=1000", 1000)]
    public void Read_Count(string query, int count) => Assert.Equal(new ApiPageRequest(count, null), ApiPageRequest.Read(Request(query)));

    [Theory]
    [InlineData("?count=0", "count")]
    [InlineData("?count=1001", "count")]
    [InlineData("?count=-1", "count")]
    [InlineData("?count=ten", "count")]
    [InlineData("?count=", "count")]
    [InlineData("?count=1&count=2", "count")]
    [InlineData("?cursor=", "cursor")]
    [InlineData("?cursor=!!", "cursor")]
    [InlineData("?cursor=A", "cursor")]
    [InlineData("?cursor=_w", "cursor")] // one byte, FF: not UTF-8
    [InlineData("?cursor=YQ&cursor=Yg", "cursor")]
    public void Read_AnythingElse_IsRefusedByName(string query, string field)
    {
        var refusal = Assert.Throws<ApiException>(() => ApiPageRequest.Read(Request(query)));

        Assert.Equal((400, field), (refusal.Fault.Status, refusal.Fault.Extensions["field"]));
    }

    [Fact]
    public void Cursor_RoundTrips_InUrlsAsItIs() => Gen.String[1, 40].Where(key => !key.Any(char.IsSurrogate)).Sample(key =>
    {
        var cursor = ApiCursor.Encode(key);
        Assert.Equal(Uri.EscapeDataString(cursor), cursor);
        Assert.Equal(key, ApiCursor.Decode(cursor));
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(7)]
    public void PageOf_WalksAllItemsOnce_AndEnds(int total)
    {
        var items = Enumerable.Range(0, total).Select(number => number.ToString("D3", CultureInfo.InvariantCulture)).ToList();
        var walked = new List<string>();
        var request = new ApiPageRequest(3, null);
        for (var pages = 0; ; pages++)
        {
            Assert.True(pages < 4, "the walk must end");
            var read = items.Where(item => request.After is null || string.CompareOrdinal(item, request.After) > 0).Take(request.CountToRead).ToList();
            var page = request.PageOf(read, item => item);
            walked.AddRange(page.Items);
            if (page.NextCursor is null)
                break;
            request = ApiPageRequest.Read(Request($"?count=3&cursor={page.NextCursor}"));
        }

        Assert.Equal(items, walked);
    }

    private static HttpRequest Request(string query) => new DefaultHttpContext { Request = { QueryString = new QueryString(query) } }.Request;
}
