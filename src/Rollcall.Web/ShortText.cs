namespace Rollcall.Web;

/// <summary>Keeps input that is echoed in messages short.</summary>
public static class ShortText
{
    /// <summary>The text, or its first <paramref name="length"/> characters and an ellipsis.</summary>
    public static string Truncate(this string text, int length = 100)
    {
        if (text.Length <= length)
            return text;
        // Never half of a surrogate pair: it could not be written as UTF-8.
        return text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)] + "…";
    }
}
