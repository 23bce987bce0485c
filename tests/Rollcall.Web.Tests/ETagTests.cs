using Microsoft.AspNetCore.Http;
using Rollcall.Web.Api;

namespace Rollcall.Web.Tests;

public class ETagTests
{
    [Theory]
    [InlineData("W/\"7\"", true)]
    [InlineData("\"7\"", true)]
    [InlineData("7", true)]
    [InlineData("*", true)]
    [InlineData("\"6\", W/\"7\"", true)]
    [InlineData("W/\"8\"", false)]
    [InlineData("\"07x\"", false)]
    [InlineData("w/\"7\"", false)]
    [InlineData("\"7", false)]
    [InlineData("-7", false)]
    [InlineData("99999999999999999999", false)]
    [InlineData(",", false)]
    public void Matches_RevisionSeven(string header, bool matches)
    {
        var request = Request(header);

        Assert.Equal(matches, IfMatch.Of(request)!.Matches(7));
        if (matches)
            ApiETag.CheckIfMatch(request, 7);
        else
            Assert.Equal("W/\"7\"", Assert.Throws<ApiException>(() => ApiETag.CheckIfMatch(request, 7)).Fault.Headers["ETag"]);
    }

    [Fact]
    public void NoHeader_IsNoPrecondition()
    {
        Assert.Null(IfMatch.Of(new DefaultHttpContext().Request));
        ApiETag.CheckIfMatch(new DefaultHttpContext().Request, 7);
    }

    [Fact]
    public void LongHeader_IsEchoedShort()
    {
        var refusal = Assert.Throws<ApiException>(() => ApiETag.CheckIfMatch(Request(new string('x', 5000)), 7));

        Assert.InRange(refusal.Message.Length, 100, 400);
    }

    private static HttpRequest Request(string header) => new DefaultHttpContext { Request = { Headers = { IfMatch = header } } }.Request;
}
