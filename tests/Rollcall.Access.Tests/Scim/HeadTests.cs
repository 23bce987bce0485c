using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Scim;

/// <summary>HEAD tells what GET would (RFC 9110 §9.3.2).</summary>
public sealed class HeadTests
{
    [Fact]
    public async Task Every_header_of_GET_is_that_of_HEAD()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var (user, group) = (await client.UserAsync("bob"), await client.ListAsync("Payroll"));
        (await client.AddAsync(group, null, user)).Expect(204);
        string[] paths =
        [
            $"/Users/{user}", $"/Users/{user}?attributes=userName", $"/Groups/{group}", $"/Groups/{group}?excludedAttributes=members", "/Users", "/Users?count=0", "/Users?filter=userName pr", "/Groups", "/", "",
            "/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/Schemas", "/Schemas/User", "/Users/none", "/Users?filter=(", "/Users?startIndex=x", "/Schemas?filter=x", "/Me", "/Nothing",
        ];
        foreach (var path in paths)
        {
            var (get, head) = (await client.GetAsync(path), await client.SendAsync("HEAD", path));
            Assert.Equal(get.Status, head.Status);
            Assert.Equal(HeadersOf(get), HeadersOf(head));
            Assert.True(get.Body.Count > 0 && head.Body.Count == 0, path);
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> HeadersOf(ScimAnswer answer) =>
        answer.Headers.Where(header => header.Key.ToUpperInvariant() is not ("DATE" or "X-REQUEST-ID")).OrderBy(header => header.Key, StringComparer.Ordinal);
}
