using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Rollcall.Web.Api;
using Rollcall.Web.Faults;

namespace Rollcall.Web.Tests;

public class ProblemTests
{
    public static IEnumerable<ITheoryDataRow> Problems => Rows.Of<ProblemRow>("problems.json");

    [Theory, MemberData(nameof(Problems))]
    [Trait("req", "O-054")]
    [Trait("req", "O-055")]
    public async Task Problem(ProblemRow row)
    {
        await using var side = await TestSide.StartAsync(MapThings, setUp: builder => builder.TranslateFaults(
            e => e is TimeoutException ? new Fault(503, "The database is busy.") : null));
        using var request = row.Request();

        using var response = await side.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal((row.Status, "application/problem+json"), ((int)response.StatusCode, response.Content.Headers.ContentType?.ToString()));
        using var problem = JsonDocument.Parse(text);
        string? Member(string name) => problem.RootElement.TryGetProperty(name, out var value) ? value.ToString() : null;
        Assert.Equal("about:blank", Member("type"));
        Assert.Equal(row.Title, Member("title"));
        Assert.Equal(row.Status, problem.RootElement.GetProperty("status").GetInt32());
        Assert.Contains(row.Detail, Member("detail"), StringComparison.Ordinal);
        Assert.Equal(row.Instance ?? row.Path, Member("instance"));
        Assert.Equal(row.Field, Member("field"));
        Assert.Equal(Assert.Single(response.Headers.GetValues("X-Request-Id")), Member("requestId"));
        foreach (var (name, value) in row.Headers)
            Assert.Equal(value, (response.Headers.TryGetValues(name, out var values) ? values : response.Content.Headers.GetValues(name)).Aggregate((a, b) => $"{a}, {b}"));
        Assert.DoesNotContain("SECRET", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Rollcall.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AfterTheFirstByte_TheConnectionIsCut()
    {
        await using var side = await TestSide.StartAsync(app => app.MapGet("/half", (RequestDelegate)(async context =>
        {
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            throw new InvalidOperationException();
        })));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => side.Client.GetStringAsync("/half", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task APartWithItsOwnFormat_TellsAllItsFaultsInIt()
    {
        var format = new FaultFormat("/scim", e => e is NotSupportedException ? new Fault(418, "own") { Cause = e } : null, async (context, fault) =>
        {
            context.Response.ContentType = "application/scim+json";
            await context.Response.WriteAsync($"{fault.Status} {fault.Cause?.GetType().Name}");
        });
        await using var side = await TestSide.StartAsync(
            app => app.MapGet("/scim/x", (RequestDelegate)(_ => throw new NotSupportedException())), setUp: builder => builder.TellFaults(format));

        Assert.Equal("418 NotSupportedException", await BodyAsync(HttpMethod.Get, "/scim/x"));
        Assert.Equal("404 ", await BodyAsync(HttpMethod.Get, "/scim/y"));
        Assert.Equal("405 ", await BodyAsync(HttpMethod.Post, "/scim/x"));
        Assert.StartsWith("{", await BodyAsync(HttpMethod.Get, "/scimx"), StringComparison.Ordinal);

        async Task<string> BodyAsync(HttpMethod method, string path)
        {
            using var request = new HttpRequestMessage(method, path);
            using var response = await side.Client.SendAsync(request, TestContext.Current.CancellationToken);
            return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task AdminApi_WithTheToken_Answers_AndIsNotStored()
    {
        await using var side = await TestSide.StartAsync(MapThings);
        using var content = new StringContent("""{"title":"grün <b>","kind":"largeOne","parts":[{"name":"a"}]}""", MediaTypeHeaderValue.Parse("application/json"));

        using var response = await side.Client.PostAsync("/api/v1/things", content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("""{"title":"grün <b>","size":0,"kind":"largeOne","parts":[{"name":"a"}]}""", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("W/\"1\"", response.Headers.ETag?.ToString());
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
    }

    private static void MapThings(WebApplication app)
    {
        var api = app.MapAdminApi();
        api.MapGet("/things", (RequestDelegate)(context => ApiJson.WriteAsync(context, new ApiPage<Thing>([]))));
        api.MapPost("/things", (RequestDelegate)(async context =>
            await ApiJson.WriteAsync(context, await ApiRequest.ReadJsonAsync<Thing>(context, context.RequestAborted), StatusCodes.Status201Created, revision: 1)));
        api.MapPost("/bound", (Thing thing) => TypedResults.Ok(thing));
        api.MapGet("/bound", (int count) => TypedResults.Ok(count));
        api.MapGet("/throw/{what}", (RequestDelegate)(context => throw ExceptionFor((string)context.Request.RouteValues["what"]!)));
    }

    private static Exception ExceptionFor(string what) => what switch
    {
        "notFound" => ApiException.NotFound("There is no list x."),
        "invalid" => ApiException.Invalid("owners[0].name", "A list needs an owner."),
        "conflict" => ApiException.Conflict("The name is taken."),
        "forbidden" => ApiException.Forbidden("no"),
        "gone" => ApiException.Gone("behind retention"),
        "unavailable" => ApiException.Unavailable("busy", TimeSpan.FromSeconds(1.5)),
        "precondition" => ApiException.PreconditionFailed(8, "W/\"7\""),
        "translated" => new TimeoutException("SECRET"),
        _ => new InvalidOperationException("SECRET"),
    };
}

public enum ThingKind
{
    Small,
    LargeOne,
}

public sealed record Part(string Name);

public sealed record Thing(string Title, int Size = 0, ThingKind? Kind = null, IReadOnlyList<Part>? Parts = null);

/// <summary>The word SECRET in the input must never come out.</summary>
public sealed record ProblemRow : Row
{
    public string Method { get; set; } = "GET";

    public string Path { get; set; } = "";

    public string? Token { get; set; } = TestSide.Token;

    public string MediaType { get; set; } = "application/json";

    public string? Body { get; set; }

    public int BodyBytes { get; set; }

    public int Status { get; set; }

    public string Title { get; set; } = "";

    public string Detail { get; set; } = "";

    public string? Instance { get; set; }

    public string? Field { get; set; }

    public Dictionary<string, string> Headers { get; set; } = [];

    internal HttpRequestMessage Request()
    {
        var request = new HttpRequestMessage(new HttpMethod(Method), Path);
        // An empty value, unlike none, keeps the client's own from being sent.
        request.Headers.TryAddWithoutValidation("Authorization", Token is null ? "" : $"Bearer {Token}");
        if (BodyBytes > 0)
            request.Content = new ByteArrayContent(new byte[BodyBytes]);
        else if (Body is not null)
            request.Content = new StringContent(Body);
        if (request.Content is not null)
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(MediaType);
        return request;
    }
}
