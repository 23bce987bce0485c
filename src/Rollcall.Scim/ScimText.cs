using System.Text;

namespace Rollcall.Scim;

/// <summary>
/// How SCIM compares text. Databases differ in what <c>lower()</c> does, so keys for comparison are made here, stored,
/// and compared byte by byte everywhere.
/// </summary>
public static class ScimText
{
    /// <summary>
    /// The key under which two texts are equal regardless of case: width mapping, lower case, normalisation form C — the
    /// UsernameCaseMapped profile of PRECIS (RFC 8265 §3.3), which RFC 7644 §5 asks for, applied to all attributes that
    /// are not <c>caseExact</c>. Idempotent. Text that is not well-formed UTF-16 or holds U+FFFE is mapped
    /// without normalisation.
    /// </summary>
    public static string Fold(string text)
    {
        if (IsPlain(text))
            return text;
        // .NET leaves the dotted capital I as it is; Unicode's lower case of it is two characters.
        var mapped = MapWidth(text).Replace("\u0130", "i\u0307", StringComparison.Ordinal).ToLowerInvariant();
        return Compose(mapped);
    }

    /// <summary>The text in normalisation form C: how <c>caseExact</c> text is compared (RFC 7644 §7.8).</summary>
    public static string Compose(string text)
    {
        // .NET refuses to normalise U+FFFE, a code point that is no character but may stand in a text.
        if (Ascii.IsValid(text) || !IsWellFormed(text) || text.Contains('\uFFFE', StringComparison.Ordinal))
            return text;
        return text.IsNormalized(NormalizationForm.FormC) ? text : text.Normalize(NormalizationForm.FormC);
    }

    /// <summary>
    /// Compares by Unicode code point, as a database does that compares the bytes of UTF-8. (Ordinal comparison of
    /// .NET strings differs above U+D800.)
    /// </summary>
    public static int Compare(string left, string right)
    {
        var length = Math.Min(left.Length, right.Length);
        for (var i = 0; i < length; i++)
        {
            char a = left[i], b = right[i];
            if (a == b)
                continue;
            // Surrogates stand for code points above all others: move them past U+E000 to U+FFFF.
            var rankA = char.IsSurrogate(a) ? a + 0x10000 : a;
            var rankB = char.IsSurrogate(b) ? b + 0x10000 : b;
            return rankA.CompareTo(rankB);
        }
        return left.Length.CompareTo(right.Length);
    }

    private static bool IsPlain(string text)
    {
        foreach (var c in text)
        {
            if (c >= 0x80 || char.IsAsciiLetterUpper(c))
                return false;
        }
        return true;
    }

    internal static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                return false;
            i++;
        }
        return true;
    }

    private static string MapWidth(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uFF01', '\uFFEE') && !text.Contains('\u3000', StringComparison.Ordinal))
            return text;
        var mapped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            // The half- and fullwidth block, and the ideographic space, are what PRECIS calls width mapping.
            if (c is (>= '\uFF01' and <= '\uFFEE') or '\u3000')
                mapped.Append(c.ToString().Normalize(NormalizationForm.FormKC));
            else
                mapped.Append(c);
        }
        return mapped.ToString();
    }
}
