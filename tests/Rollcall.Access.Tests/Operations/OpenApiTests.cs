using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using Rollcall.Access.Tests.Support;
using Xunit.Sdk;

namespace Rollcall.Access.Tests.Operations;

/// <summary>
/// <c>/openapi/v1.json</c> is valid and whole. That it is true is asserted with every call that any test makes to the admin
/// API (<see cref="OpenApiCheck"/>); that it has every path, by the test of the outside contract.
/// </summary>
public sealed partial class OpenApiTests
{
    [Fact]
    public async Task Document_IsValidOpenApi()
    {
        await using var app = await RollcallApp.StartAsync();
        var text = await app.Http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        var read = OpenApiDocument.Parse(text, "json");
        Assert.NotNull(read.Document);
        Assert.NotNull(read.Diagnostic);
        Assert.Empty(read.Diagnostic.Errors ?? []);
        Assert.Empty(read.Diagnostic.Warnings ?? []);
        Assert.Empty(read.Document.Validate(ValidationRuleSet.GetDefaultRuleSet()) ?? []);
        Assert.Equal(app.Http.BaseAddress!.ToString().TrimEnd('/'), Assert.Single(read.Document.Servers ?? []).Url);
    }

    [Fact]
    public async Task EachOperation_HasWhatClientsNeed()
    {
        await using var app = await RollcallApp.StartAsync();
        var document = (await OpenApiCheck.OfAsync(app)).Document;
        Assert.Equal("bearer", (string?)document["components"]!["securitySchemes"]!["adminToken"]!["scheme"]);
        Assert.True(document["security"]![0]!.AsObject().ContainsKey("adminToken"));
        var ids = new HashSet<string>();
        foreach (var (path, method, operation) in Operations(document))
        {
            var place = $"{method} {path}";
            Assert.True(ids.Add((string)operation["operationId"]!), $"{place}: the operationId is another's too");
            Assert.EndsWith(".", (string?)operation["summary"], StringComparison.Ordinal);
            Assert.NotEmpty(operation["tags"]!.AsArray());
            var responses = operation["responses"]!.AsObject();
            Assert.Contains(responses, response => response.Key[0] == '2');
            Assert.All((string[])["401", "default"], status => Assert.Equal("#/components/schemas/Problem", (string?)responses[status]!["content"]!["application/problem+json"]!["schema"]!["$ref"]));
            var parameters = (operation["parameters"]?.AsArray() ?? []).Where(parameter => (string?)parameter!["in"] == "path").Select(parameter => (string)parameter!["name"]!);
            Assert.Equal(Placeholder().Matches(path).Select(match => match.Groups[1].Value), parameters);
            Assert.All(responses.Where(response => response.Key is "200" or "201"), response => Assert.NotNull(response.Value!["content"]!["application/json"]!["schema"]));
        }
        // No name of a type of the server's own making, and no schema without a use.
        var text = document.ToJsonString();
        Assert.All(document["components"]!["schemas"]!.AsObject(), schema =>
        {
            Assert.Matches("^[A-Z][A-Za-z]+$", schema.Key);
            Assert.Contains($"\"#/components/schemas/{schema.Key}\"", text, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("""{"name":"a","title":"A","unknown":1}""")]
    [InlineData("""{"title":"A"}""")]
    [InlineData("""{"name":1}""")]
    [InlineData("""{"name":"a","owners":[{"kind":"nobody","name":"x"}]}""")]
    [InlineData("""{"name":"a","audit":{"nextAuditDate":"tomorrow"}}""")]
    [InlineData("""{"name":"a","labels":{"a":1}}""")]
    public async Task WhatDoesNotFitTheDocument_IsFound(string body)
    {
        await using var app = await RollcallApp.StartAsync();
        var check = await OpenApiCheck.OfAsync(app);
        var schema = check.Document["components"]!["schemas"]!["NewList"]!;
        Assert.ThrowsAny<XunitException>(() => check.AssertFits(JsonNode.Parse(body), schema, "here"));
    }

    private static IEnumerable<(string Path, string Method, JsonObject Operation)> Operations(JsonObject document) =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select (path.Key, operation.Key, operation.Value!.AsObject());

    [GeneratedRegex(@"\{([^}]+)\}")]
    private static partial Regex Placeholder();
}
