using System.Globalization;
using System.Text;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim;

/// <summary>
/// The one place where values are made comparable. The keys stand in the comparison document of a resource and in the
/// operands of a filter; from then on nothing looks at case, normalisation, offsets or padding again, so the evaluator
/// in memory and every database agree by comparing plain text, numbers and booleans.
/// </summary>
public static class ComparisonKey
{
    // 15 significant digits survive the way through a double and back, so that databases that compare doubles agree.
    private const int SignificantDigits = 15;
    private const decimal Largest = 1e28m;

    private static readonly char[] Blanks = [' ', '\t', '\r', '\n'];

    /// <summary>
    /// The key of a string or reference: folded by <see cref="ScimText.Fold"/>, or in normalisation form C where case
    /// matters; references as they are. U+0000, which databases refuse, and unpaired surrogates, which UTF-8 can't
    /// hold, become U+FFFD.
    /// </summary>
    public static string Text(ScimAttribute attribute, string text)
    {
        var storable = Storable(text);
        if (attribute.Type == AttributeType.Reference)
            return storable;
        return attribute.ComparesExactly ? ScimText.Compose(storable) : ScimText.Fold(storable);
    }

    /// <summary>The key of a time: UTC as <c>yyyy-MM-ddTHH:mm:ss.fffffffZ</c>, whose order as text is the order in time.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The key of a time given as text; null if it can't be read (<see cref="ScimDateTime.TryParse"/>).</summary>
    public static string? Time(string text, bool strict) =>
        ScimDateTime.TryParse(text, strict, out var time) ? Time(time) : null;

    /// <summary>The key of a binary value: base64 without padding and blanks; null if the text is not base64 (RFC 7643 §2.3.6).</summary>
    public static string? Binary(string text)
    {
        var digits = string.Concat(text.Split(Blanks)).TrimEnd('=');
        var bytes = new byte[digits.Length];
        var padded = digits.PadRight((digits.Length + 3) / 4 * 4, '=');
        return Convert.TryFromBase64String(padded, bytes, out var written)
            ? Convert.ToBase64String(bytes, 0, written).TrimEnd('=')
            : null;
    }

    /// <summary>
    /// The key of a number, given as JSON writes it. Whole numbers in the range of <see cref="long"/> are exact; others
    /// keep 15 significant digits, and those beyond ±10^28 become ±10^28.
    /// </summary>
    public static decimal Number(ReadOnlySpan<char> json)
    {
        if (!decimal.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return json.StartsWith("-") ? -Largest : Largest;
        if (decimal.IsInteger(number) && number is >= long.MinValue and <= long.MaxValue)
            return decimal.Truncate(number);
        var rounded = number.ToString("E" + (SignificantDigits - 1), CultureInfo.InvariantCulture);
        var key = decimal.TryParse(rounded, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : Largest * Math.Sign(number);
        // Dividing by a one with many zeros drops trailing zeros: 1.50 and 1.5 are written alike.
        return Math.Clamp(key, -Largest, Largest) / 1.0000000000000000000000000000m;
    }

    private static string Storable(string text)
    {
        if (Ascii.IsValid(text) && !text.Contains('\0', StringComparison.Ordinal))
            return text;
        // Encoding replaces unpaired surrogates.
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');
    }
}
