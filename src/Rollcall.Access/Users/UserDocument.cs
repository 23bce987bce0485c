using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Scim;
using Rollcall.Scim.Resources;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Users;

/// <summary>
/// What is stored of a User: the canonical JSON that responses splice, and the values that filters look at. The
/// document has neither <c>groups</c> nor <c>meta</c>: both are derived from rows.
/// </summary>
/// <param name="Bytes">The JSON object in UTF-8.</param>
/// <param name="Search">The comparison document, without what stands in columns.</param>
/// <param name="UserName">As the client wrote it.</param>
/// <param name="UserNameKey">As it is compared.</param>
/// <param name="ExternalId">The client's own id.</param>
/// <param name="DisplayNameKey">As it is compared.</param>
/// <param name="Active">Whether the User is in service.</param>
/// <param name="EmailKeys">The addresses as they are compared, each once.</param>
internal sealed record UserDocument(
    byte[] Bytes, string Search, string UserName, string UserNameKey, string? ExternalId, string? DisplayNameKey, bool Active, IReadOnlyList<string> EmailKeys)
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes the stored form of a resource that has been validated.</summary>
    /// <param name="scimId">The User's id.</param>
    /// <param name="resource">The resource, as the schema validator or the patch engine gives it; what no schema knows follows the rest.</param>
    public static UserDocument From(string scimId, JsonObject resource)
    {
        // Whoever does not say whether a User is active means that it is.
        if (resource["active"] is null)
            resource["active"] = true;
        // Equal Users are equal byte by byte, so "active" stands in its place, whoever put it there.
        var canonical = CanonicalResource.Arrange(resource, ResourceTypes.User);
        var stored = new JsonObject { ["schemas"] = canonical["schemas"]?.DeepClone(), ["id"] = scimId };
        foreach (var (name, value) in canonical.Concat(resource.Where(member => !IsKnown(member.Key))))
        {
            if (name is not ("schemas" or "id" or "groups" or "meta"))
                stored[name] = value?.DeepClone();
        }
        var comparison = ComparisonDocument.Build(ResourceTypes.User, stored);
        var emails = comparison["emails"]?.AsArray().Select(email => (string?)email?["value"]).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var document = new UserDocument(
            Encoding.UTF8.GetBytes(stored.ToJsonString(Relaxed)),
            "",
            (string)stored["userName"]!,
            (string)comparison["userName"]!,
            (string?)comparison["externalId"],
            (string?)comparison["displayName"],
            (bool)stored["active"]!,
            emails ?? []);
        foreach (var name in (string[])["id", "userName", "externalId", "displayName", "active"])
            comparison.Remove(name);
        return document with { Search = comparison.ToJsonString() };
    }

    private static bool IsKnown(string name) => ResourceTypes.User.Find(name) is not null || ResourceTypes.User.FindExtension(name) is not null;
}
