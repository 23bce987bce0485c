using System.Globalization;

namespace Rollcall.Scim.Client.Tests;

/// <summary>Bodies that servers send.</summary>
internal static class Bodies
{
    public const string NoCursor = """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],"patch":{"supported":true},"etag":{"supported":true},"filter":{"supported":true,"maxResults":200}}""";

    public const string WithCursor = """{"patch":{"supported":true},"pagination":{"cursor":true,"index":true,"maxPageSize":100}}""";

    public const string Token = """{"access_token":"t1","token_type":"Bearer","expires_in":3600}""";

    public const string SecondToken = """{"access_token":"t2","token_type":"Bearer","expires_in":3600}""";

    /// <summary>A list message.</summary>
    public static string List(long? total, string? nextCursor, params string[] ids)
    {
        var totalResults = total is null ? "" : string.Create(CultureInfo.InvariantCulture, $"\"totalResults\":{total},");
        var next = nextCursor is null ? "" : $"\"nextCursor\":\"{nextCursor}\",";
        return $$"""{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],{{totalResults}}{{next}}"Resources":[{{string.Join(',', ids.Select(id => $$"""{"id":"{{id}}"}"""))}}]}""";
    }
}
