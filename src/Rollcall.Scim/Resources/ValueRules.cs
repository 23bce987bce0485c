using System.Buffers;
using System.Formats.Asn1;
using System.Text.RegularExpressions;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Resources;

/// <summary>
/// What the text of a value has to look like beyond its JSON type. Each rule answers null or what the value should be,
/// to follow "… must be". Only what RFC 7643 demands is checked: addresses of mail and telephone numbers, for example,
/// are kept as they come (§4.1.2). Empty text, by which many clients mean "none", passes where nothing is required.
/// </summary>
internal static partial class ValueRules
{
    private const string BlankRule = "text that is not blank";

    private static readonly SearchValues<char> NotInUris = SearchValues.Create("\"<>\\^`{|} \u007F" + string.Concat(Enumerable.Range(0, 32).Select(c => (char)c)));

    // By attribute, not by type: these formats are those of single attributes of RFC 7643 §4.1.
    private static readonly Dictionary<ScimAttribute, Func<string, string?>> ByAttribute = new(ReferenceEqualityComparer.Instance)
    {
        [UserAttribute("preferredLanguage")] = PreferredLanguage,
        [UserAttribute("timezone")] = TimeZone,
        [UserAttribute("photos", "value")] = Photo,
        [UserAttribute("addresses", "country")] = Country,
        [UserAttribute("x509Certificates", "value")] = Certificate,
    };

    /// <summary>What the text must be, or null where it is fit for the attribute.</summary>
    public static string? Complaint(ScimAttribute attribute, string text, ReaderOptions options)
    {
        if (text.Length > options.MaxTextLength)
            return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"at most {options.MaxTextLength} characters long");
        // PostgreSQL can't store U+0000 in text.
        if (text.Contains('\0', StringComparison.Ordinal))
            return "text without the character U+0000";
        if (attribute.Required && string.IsNullOrWhiteSpace(text))
            return BlankRule;
        // Names that people and programs tell resources apart by.
        if (attribute.Uniqueness == Uniqueness.Server && text.Any(char.IsControl))
            return "text without control characters";
        var byType = attribute.Type switch
        {
            AttributeType.DateTime => DateTime(text),
            AttributeType.Binary => Binary(text),
            AttributeType.Reference => Uri(text),
            _ => null,
        };
        return byType ?? (ByAttribute.TryGetValue(attribute, out var rule) ? rule(text) : null);
    }

    /// <summary>What the value that an element of a multi-valued attribute is known by must be.</summary>
    public static string? KeyComplaint(string? text) => string.IsNullOrWhiteSpace(text) ? BlankRule : null;

    private static ScimAttribute UserAttribute(string name, string? sub = null)
    {
        var attribute = StandardSchemas.User.Find(name)!;
        return sub is null ? attribute : attribute.Find(sub)!;
    }

    private static string? DateTime(string text) =>
        ScimDateTime.TryParse(text, strict: true, out _) ? null : "a date and a time, such as 2025-03-25T16:17:00Z";

    private static string? Uri(string text) =>
        text.AsSpan().ContainsAny(NotInUris) || !System.Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _) ? "a URI" : null;

    private static string? Binary(string text) => Decode(text) is null ? "base64" : null;

    /// <summary>RFC 4648 §4; the padding may be missing (RFC 7643 §2.3.6).</summary>
    private static byte[]? Decode(string text)
    {
        var padded = text.TrimEnd().TrimEnd('=');
        padded = padded.PadRight(padded.Length + ((4 - (padded.Length % 4)) % 4), '=');
        var bytes = new byte[padded.Length];
        return Convert.TryFromBase64String(padded, bytes, out var length) ? bytes[..length] : null;
    }

    /// <summary>RFC 7643 §4.1.2: exactly one certificate in DER; neither a chain nor PEM.</summary>
    private static string? Certificate(string text)
    {
        try
        {
            var outer = new AsnReader(Decode(text), AsnEncodingRules.DER);
            var certificate = outer.ReadSequence();
            certificate.ReadSequence();
            certificate.ReadSequence();
            certificate.ReadBitString(out _);
            certificate.ThrowIfNotEmpty();
            outer.ThrowIfNotEmpty();
            return null;
        }
        catch (AsnContentException)
        {
            return "one X.509 certificate in DER, as base64";
        }
    }

    /// <summary>RFC 7643 §4.1.2: a URL of an image file; not the image itself.</summary>
    private static string? Photo(string text) =>
        text.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? "the address of a picture, not the picture itself" : null;

    private static string? Country(string text) =>
        text.Length == 0 || (text.Length == 2 && text.All(char.IsAsciiLetter)) ? null : "a country code of two letters (ISO 3166-1 alpha-2)";

    private static string? TimeZone(string text) =>
        TimeZonePattern().IsMatch(text) ? null : "the IANA name of a time zone, such as Europe/Berlin";

    private static string? PreferredLanguage(string text) =>
        LanguagesPattern().IsMatch(text) ? null : "languages as in Accept-Language, such as en-US, fr;q=0.5";

    // A syntactic check: the names of the database change several times a year.
    [GeneratedRegex(@"^([A-Za-z][A-Za-z0-9._+-]*)(/[A-Za-z0-9._+-]+)*\z|^\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex TimeZonePattern();

    // RFC 9110 §12.5.4, with the underscore that many directories write.
    [GeneratedRegex(@"^\s*((\*|[A-Za-z]{1,8}([-_][A-Za-z0-9]{1,8})*)\s*(;\s*[qQ]=[01](\.[0-9]{0,3})?)?\s*(,\s*|\z))*\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex LanguagesPattern();
}
