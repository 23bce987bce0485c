using System.Text.Json.Nodes;
using Rollcall.Scim.Messages;
using Rollcall.Scim.Schemas;
using Rollcall.Testing;
using Xunit;

namespace Rollcall.Scim.Tests.Messages;

/// <summary>The table Data/list-query.json against query parameters and SearchRequest.</summary>
public sealed class ListQueryTests
{
    private static readonly JsonNode File = Cases.Read("list-query.json");
    private static readonly IReadOnlyDictionary<string, QueryRow> Queries = Cases.Rows<QueryRow>(File["queries"]!.AsArray());
    private static readonly IReadOnlyDictionary<string, BodyRow> Bodies = Cases.Rows<BodyRow>(File["bodies"]!.AsArray());

    public static TheoryData<string> QueryIds => [.. Queries.Keys];

    public static TheoryData<string> BodyIds => [.. Bodies.Keys];

    [Theory, MemberData(nameof(QueryIds))]
    public void Parameters_are_read(string id)
    {
        var row = Queries[id];
        var parameters = row.Query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(Pair);

        Check(row.Expected, row.Error, () => ListQuery.FromParameters(parameters));

        static KeyValuePair<string, string?> Pair(string parameter)
        {
            var parts = parameter.Split('=', 2);
            return new(parts[0], parts.Length == 2 ? parts[1] : null);
        }
    }

    [Theory, MemberData(nameof(BodyIds))]
    public void Search_requests_are_read(string id)
    {
        var row = Bodies[id];
        var body = Json.Body(row.Body);
        if (!body.ContainsKey("schemas"))
            body["schemas"] = new JsonArray(SchemaUris.SearchRequest);

        Check(row.Expected, row.Error, () => ListQuery.FromSearchRequest(body));
    }

    [Fact]
    public void The_projection_is_that_of_the_names()
    {
        var query = ListQuery.FromParameters([new("attributes", "userName")]);

        Assert.False(query.Projection(ResourceTypes.User).Includes("groups"));
        Assert.True(new ListQuery().Projection(ResourceTypes.User).IsDefault);
    }

    private static void Check(Expected? expected, ExpectedFault? error, Func<ListQuery> read)
    {
        if (error is not null)
        {
            error.Check(Assert.Throws<ScimException>(read));
            return;
        }
        var query = read();
        Assert.Equal(expected! with { Attributes = null, ExcludedAttributes = null }, new Expected(query.Filter, query.SortBy, query.Descending, query.StartIndex, query.Count, query.Cursor));
        Assert.Equal(expected.Attributes, query.Attributes);
        Assert.Equal(expected.ExcludedAttributes, query.ExcludedAttributes);
    }

    private sealed record Expected(
        string? Filter = null,
        string? SortBy = null,
        bool Descending = false,
        long? StartIndex = null,
        int? Count = null,
        string? Cursor = null,
        IReadOnlyList<string>? Attributes = null,
        IReadOnlyList<string>? ExcludedAttributes = null);

    private sealed record QueryRow(string Id, string Query, Expected? Expected = null, ExpectedFault? Error = null);

    private sealed record BodyRow(string Id, JsonObject Body, Expected? Expected = null, ExpectedFault? Error = null);
}
