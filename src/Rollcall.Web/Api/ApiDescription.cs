using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Rollcall.Web.Api;

/// <summary>
/// Says of an endpoint of the admin API what <c>/openapi/v1.json</c> tells: stand these after its <c>Map</c>, with the types that
/// the handler reads and writes. Every endpoint has them; path parameters and the answers that all share are added to it.
/// </summary>
public static class ApiDescription
{
    private static readonly MethodInfo Handler = typeof(ApiDescription).GetMethod(nameof(HandleAsync), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>Names the operation.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="operationId">A verb and what it is done to, unique, such as <c>createList</c>.</param>
    /// <param name="summary">What it does, as a sentence.</param>
    public static IEndpointConventionBuilder Describe(this IEndpointConventionBuilder endpoint, string operationId, string summary) => endpoint.WithMetadata(
        // Endpoints that read their requests themselves have no method of which parameters could be told.
        Handler, new ApiOperation(operationId, summary));

    /// <summary>The body that it takes.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="isOptional">Whether it may be left out.</param>
    /// <param name="otherMediaTypes">What it may come as besides JSON: text that is not described further.</param>
    public static IEndpointConventionBuilder Takes<T>(this IEndpointConventionBuilder endpoint, bool isOptional = false, params string[] otherMediaTypes) =>
        endpoint.WithMetadata(new AcceptsMetadata([ApiJson.MediaType, .. otherMediaTypes], typeof(T), isOptional));

    /// <summary>A body that it answers with.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="status">The status that it comes with.</param>
    /// <param name="otherMediaTypes">What it may come as besides JSON: text that is not described further.</param>
    public static IEndpointConventionBuilder Answers<T>(this IEndpointConventionBuilder endpoint, int status = StatusCodes.Status200OK, params string[] otherMediaTypes) =>
        endpoint.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(T), [ApiJson.MediaType, .. otherMediaTypes]));

    /// <summary>It answers without a body (204).</summary>
    public static IEndpointConventionBuilder AnswersNothing(this IEndpointConventionBuilder endpoint) =>
        endpoint.WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status204NoContent, typeof(void)));

    /// <summary>It answers with a page of a list, and takes <c>count</c> and <c>cursor</c>.</summary>
    /// <typeparam name="T">The items.</typeparam>
    public static IEndpointConventionBuilder AnswersPage<T>(this IEndpointConventionBuilder endpoint) => endpoint
        .Answers<ApiPage<T>>()
        .TakesQuery("count", $"How many items at most, 1 to {ApiPageRequest.LargestCount}; {ApiPageRequest.DefaultCount} by default.", typeof(int))
        .TakesQuery("cursor", "Where the page begins: nextCursor of the page before. Left out for the first page.");

    /// <summary>A query parameter that it takes.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="name">The name.</param>
    /// <param name="description">What it does, as a sentence.</param>
    /// <param name="type">Its type: string, int, bool, DateTimeOffset, or an enumeration; string if null.</param>
    public static IEndpointConventionBuilder TakesQuery(this IEndpointConventionBuilder endpoint, string name, string description, Type? type = null) =>
        endpoint.WithMetadata(new ApiQuery(name, description, type ?? typeof(string)));

    /// <summary>It compares <c>If-Match</c> with the resource's revision, and answers 412 where they differ.</summary>
    public static IEndpointConventionBuilder TakesIfMatch(this IEndpointConventionBuilder endpoint) => endpoint.WithMetadata(ApiIfMatch.Instance);

    private static Task HandleAsync(HttpContext context) => Task.CompletedTask;
}

/// <summary>The name of an operation of the admin API.</summary>
/// <param name="Id">Its <c>operationId</c>.</param>
/// <param name="Summary">What it does.</param>
public sealed record ApiOperation(string Id, string Summary);

/// <summary>A query parameter of an operation.</summary>
internal sealed record ApiQuery(string Name, string Description, Type Type);

/// <summary>Marks an operation that takes <c>If-Match</c>.</summary>
internal sealed class ApiIfMatch
{
    public static readonly ApiIfMatch Instance = new();
}
