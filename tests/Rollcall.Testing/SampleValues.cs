namespace Rollcall.Testing;

/// <summary>
/// The few values that generators draw from: few, so that random filters and random resources meet; nasty, so that it
/// matters how. Equal values are written in several ways.
/// </summary>
internal static class SampleValues
{
    /// <summary>Case, composed and decomposed, wide and astral characters, wildcards of LIKE, quotes, parts of each other.</summary>
    public static readonly string[] Texts =
    [
        "anna", "Anna", "ANNA", "ann", "nn", "bert", "Bert", "work", "Work", "home",
        "\u00C4nne", "\u00E4nne", "A\u0308nne", "\uFF21nna", "stra\u00DFe", "STRASSE", "\u0130stanbul",
        "\U0001F600", "\uE000", "\uFFFD", "%", "a_b", "a%b", "a\\b", "O\"Neil", "O'Neil", "", " ", "a b", "line\nbreak",
    ];

    /// <summary>URIs that differ in case only, and a URN.</summary>
    public static readonly string[] References =
        ["https://example.com/Users/1", "https://example.com/users/1", "../Users/2", "urn:ietf:params:scim:schemas:core:2.0:User"];

    /// <summary>Moments, some of them the same one in another zone, some a little apart.</summary>
    public static readonly string[] Times =
    [
        "2026-01-31T08:00:00Z", "2026-01-31T10:00:00+02:00", "2026-01-31T08:00:00.000Z", "2026-01-31T08:00:00.0000001Z",
        "2025-12-31T23:59:59.5Z", "2026-01-01T00:59:59.5+01:00", "2026-02-28T23:30:00-05:00",
    ];

    /// <summary>Base64 with and without padding.</summary>
    public static readonly string[] Binaries = ["AQID", "AQI=", "AQI", "aqid"];

    /// <summary>Whole numbers, also those that a double can't tell apart.</summary>
    public static readonly string[] Integers = ["0", "1", "2", "-1", "9007199254740992", "9007199254740993", "9223372036854775807"];

    /// <summary>Numbers, some of them equal.</summary>
    public static readonly string[] Decimals = ["0", "1", "1.0", "1.5", "15e-1", "-0.1", "1e3", "0.30000000000000004", "1e300"];
}
