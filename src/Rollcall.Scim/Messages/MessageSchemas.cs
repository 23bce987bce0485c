using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Scim.Messages;

/// <summary>What every protocol message begins with: its URN in <c>schemas</c> (RFC 7644 §3.1).</summary>
public static class MessageSchemas
{
    /// <summary>Checks that a message says it is what it is read as.</summary>
    /// <exception cref="ScimException"><c>invalidSyntax</c> where <c>schemas</c> is missing or lacks <paramref name="urn"/>.</exception>
    public static void Require(JsonObject body, string urn)
    {
        if (body["schemas"] is not JsonArray urns || !urns.Any(IsIt))
            throw ScimException.InvalidSyntax($"The message must have \"schemas\": [\"{urn}\"].");

        bool IsIt(JsonNode? item) =>
            item?.GetValueKind() == JsonValueKind.String && item.GetValue<string>().Equals(urn, StringComparison.OrdinalIgnoreCase);
    }
}
