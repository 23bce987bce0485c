using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Data;
using Rollcall.Governance.Identities;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Catalog;

/// <summary>What an entry of the catalog may be set to.</summary>
internal static class EntitlementRules
{
    /// <summary>The members that can be set.</summary>
    public static IReadOnlyList<string> Members { get; } = ["displayName", "description", "owner", "requestable"];

    private const int LongestName = 255;
    private const int LongestDescription = 4_000;

    /// <summary>Applies a change: what is given replaces what was there, null takes it away (RFC 7396).</summary>
    /// <param name="session">Where owners are looked up.</param>
    /// <param name="current">The entry.</param>
    /// <param name="change">The change.</param>
    /// <exception cref="ApiException">400, naming the member.</exception>
    public static async ValueTask<EntitlementSetting> MergeAsync(Session session, Entitlement current, JsonObject change)
    {
        var setting = new EntitlementSetting(current.DisplayName, current.Description, current.OwnerId, current.Requestable);
        foreach (var (member, value) in change)
        {
            setting = member switch
            {
                // What the server says anyway is not set here, so that it goes on following the server.
                "displayName" => setting with { DisplayName = Text(member, value, LongestName) is { } name && name != current.Title ? name : null },
                "description" => setting with { Description = Text(member, value, LongestDescription) is { } text && text != Told(current) ? text : null },
                "owner" => setting with { OwnerId = await OwnerAsync(session, Text(member, value, LongestName)) },
                "requestable" => setting with
                {
                    Requestable = value?.GetValueKind() switch
                    {
                        JsonValueKind.True => true,
                        JsonValueKind.False => false,
                        _ => throw ApiException.Invalid(member, "requestable is true or false."),
                    },
                },
                _ => throw ApiException.Invalid(member, $"The member {member.Truncate()} is not known here. What can be set: {string.Join(", ", Members)}."),
            };
        }
        return setting;
    }

    /// <summary>The description that its server gives, or null.</summary>
    public static string? Told(Entitlement entitlement) => EntitlementResource.Told(JsonElement.Parse(entitlement.Attributes)).Description;

    private static string? Text(string member, JsonNode? value, int longest) => value switch
    {
        null => null,
        _ when value.GetValueKind() != JsonValueKind.String => throw ApiException.Invalid(member, $"{member} is a text."),
        _ when ((string)value!).Trim() is { Length: > 0 } text => text.Length <= longest ? text : throw ApiException.Invalid(member, $"{member} has at most {longest} characters."),
        _ => null,
    };

    private static async ValueTask<long?> OwnerAsync(Session session, string? owner) => owner is null
        ? null
        : (await IdentityStore.FindAsync(session, owner))?.Id ?? throw ApiException.Invalid("owner", $"There is no identity '{owner.Truncate()}' to own it. Name one by its id or its e-mail address.");
}
