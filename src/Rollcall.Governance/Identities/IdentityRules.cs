using System.Net.Mail;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Identities;

/// <summary>What an identity must be like before it is saved. Every fault names its field and says what to do.</summary>
public static class IdentityRules
{
    private const int LongestName = 255;
    private const int LongestEmail = 254;
    private const int LongestValue = 1000;
    private const int MostAttributes = 100;
    private const int LongestAttributeName = 100;

    /// <summary>The names that are no further attributes: policies know them as the identity's own.</summary>
    private static readonly string[] OwnNames = ["id", "email", "givenName", "familyName", "displayName", "manager", "active", "attributes"];

    /// <summary>Checks the id of an identity: 1 to 255 characters without <c>/</c>, blanks at the ends and control characters.</summary>
    /// <param name="field">Where it stands, for the fault.</param>
    /// <param name="id">The id.</param>
    /// <exception cref="ApiException">400.</exception>
    public static string Id(string field, string? id)
    {
        if (string.IsNullOrWhiteSpace(id))
            throw ApiException.Invalid(field, "The id is missing. Each identity has the id that the organisation gave it.");
        if (id.Length > LongestName || id is "." or ".." || id.Contains('/', StringComparison.Ordinal) || id.Trim() != id || HasControl(id))
            throw ApiException.Invalid(field, $"An id has 1 to {LongestName} characters, no '/', no control characters and no blanks at its ends.");
        return id;
    }

    /// <summary>Checks a definition.</summary>
    /// <param name="id">The id of whom it is for.</param>
    /// <param name="definition">The definition.</param>
    /// <exception cref="ApiException">400.</exception>
    public static IdentityDefinition Check(string id, IdentityDefinition definition)
    {
        CheckEmail(definition.Email);
        CheckName("givenName", definition.GivenName);
        CheckName("familyName", definition.FamilyName);
        if (definition.Manager is { } manager)
        {
            Id("manager", manager);
            if (manager == id)
                throw ApiException.Invalid("manager", "Nobody is their own manager. Name another identity, or leave it out.");
        }
        CheckAttributes(definition.Attributes);
        return definition;
    }

    /// <summary>What an identity becomes by a change (RFC 7396): what is absent stays, null takes away.</summary>
    /// <param name="id">The id.</param>
    /// <param name="current">What it is; null if it is new.</param>
    /// <param name="change">The change.</param>
    /// <exception cref="ApiException">400.</exception>
    public static IdentityDefinition Merge(string id, IdentityDefinition? current, JsonObject change)
    {
        var target = current is null ? [] : JsonSerializer.SerializeToNode(current, ApiJson.Options)!.AsObject();
        return Check(id, ApiJson.Read<IdentityDefinition>(JsonMerge.Apply(target, change), ""));
    }

    private static void CheckEmail(string email)
    {
        if (string.IsNullOrWhiteSpace(email))
            throw ApiException.Invalid("email", "The e-mail address is missing.");
        if (email.Length > LongestEmail)
            throw ApiException.Invalid("email", $"The e-mail address is longer than {LongestEmail} characters.");
        if (email.Any(char.IsWhiteSpace) || HasControl(email) || !MailAddress.TryCreate(email, out var address) || address.Address != email)
            throw ApiException.Invalid("email", $"'{Shown(email)}' is not an e-mail address. Write one such as ada@example.com.");
    }

    private static void CheckName(string field, string? name)
    {
        if (name is null)
            return;
        if (string.IsNullOrWhiteSpace(name) || name.Length > LongestName || HasControl(name))
            throw ApiException.Invalid(field, $"{field} has 1 to {LongestName} characters, not only blanks and no control characters. Leave it out where there is none.");
    }

    private static void CheckAttributes(IReadOnlyDictionary<string, string> attributes)
    {
        if (attributes.Count > MostAttributes)
            throw ApiException.Invalid("attributes", $"An identity has at most {MostAttributes} further attributes.");
        foreach (var (name, value) in attributes)
        {
            var field = $"attributes.{name}";
            if (string.IsNullOrWhiteSpace(name) || name.Length > LongestAttributeName || name.Trim() != name || HasControl(name))
                throw ApiException.Invalid(field, $"The name of an attribute has 1 to {LongestAttributeName} characters, no control characters and no blanks at its ends.");
            if (OwnNames.Contains(name, StringComparer.Ordinal))
                throw ApiException.Invalid(field, $"'{name}' is not a further attribute: it is the identity's own. Give it as such, or choose another name.");
            if (value is null)
                throw ApiException.Invalid(field, $"The attribute '{Shown(name)}' is null. Give a text, or leave it out.");
            if (value.Length > LongestValue || HasControl(value))
                throw ApiException.Invalid(field, $"The attribute '{Shown(name)}' has at most {LongestValue} characters and no control characters.");
        }
    }

    // U+FFFD stands where bytes were no text.
    private static bool HasControl(string text) => text.Any(character => char.IsControl(character) || character == '\uFFFD');

    private static string Shown(string text) => string.Concat(text.Select(character => char.IsControl(character) ? '\uFFFD' : character)).Truncate();
}
