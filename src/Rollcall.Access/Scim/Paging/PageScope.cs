using System.Security.Cryptography;
using System.Text.Json;
using Rollcall.Scim.Messages;

namespace Rollcall.Access.Scim.Paging;

/// <summary>
/// What the pages of one walk have in common: whose endpoint it is, and the query without its paging. A place means
/// nothing in another scope.
/// </summary>
/// <param name="IntegrationId">Whose endpoint.</param>
/// <param name="Endpoint">Which endpoint, such as <c>/Users</c>; <c>/</c> for all types.</param>
/// <param name="Query">A hash of filter, order and attributes, as base64.</param>
internal sealed record PageScope(long IntegrationId, string Endpoint, string Query)
{
    /// <summary>The scope of a query.</summary>
    public static PageScope Of(long integrationId, string endpoint, ListQuery query) => new(integrationId, endpoint, Convert.ToBase64String(SHA256.HashData(
        JsonSerializer.SerializeToUtf8Bytes(new { query.Filter, query.SortBy, query.Descending, query.Attributes, query.ExcludedAttributes }))));
}
