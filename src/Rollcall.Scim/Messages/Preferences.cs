namespace Rollcall.Scim.Messages;

/// <summary>What a client prefers to be answered to a write (RFC 7240 §4.2).</summary>
public enum ReturnPreference
{
    /// <summary>It does not say.</summary>
    None,
    /// <summary>The resource as it is afterwards.</summary>
    Representation,
    /// <summary>No more than needed: headers without a body.</summary>
    Minimal,
}

/// <summary>
/// The preferences in a request's <c>Prefer</c> headers (RFC 7240). They are wishes: what is not understood is passed
/// over, never a fault.
/// </summary>
/// <param name="Return">What to answer to a write.</param>
public sealed record Preferences(ReturnPreference Return)
{
    private static readonly Preferences Nothing = new(ReturnPreference.None);

    /// <summary>
    /// Reads the headers: lists with commas, of names with values and parameters, in any case, where values may stand in
    /// quotes. Of a preference that is given twice the first counts (§2).
    /// </summary>
    /// <param name="headers">The values of all <c>Prefer</c> headers, in their order.</param>
    public static Preferences Parse(IReadOnlyCollection<string?> headers)
    {
        if (headers.Count == 0)
            return Nothing;
        foreach (var header in headers)
        {
            foreach (var preference in Split(header ?? "", ','))
            {
                // What follows a semicolon are parameters of the preference; return has none.
                var (name, value) = Pair(Split(preference, ';').First());
                if (!name.Equals("return", StringComparison.OrdinalIgnoreCase))
                    continue;
                return value.ToUpperInvariant() switch
                {
                    "REPRESENTATION" => new Preferences(ReturnPreference.Representation),
                    "MINIMAL" => new Preferences(ReturnPreference.Minimal),
                    _ => Nothing,
                };
            }
        }
        return Nothing;
    }

    private static (string Name, string Value) Pair(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            return (text.Trim(), "");
        var value = text[(equals + 1)..].Trim();
        return (text[..equals].Trim(), value.Length > 1 && value[0] == '"' && value[^1] == '"' ? value[1..^1].Replace("\\", "", StringComparison.Ordinal) : value);
    }

    /// <summary>The parts between separators; those in quotes are text (RFC 9110 §5.6.4).</summary>
    private static IEnumerable<string> Split(string text, char separator)
    {
        var (start, isQuoted) = (0, false);
        for (var i = 0; i < text.Length; i++)
        {
            if (isQuoted && text[i] == '\\')
                i++;
            else if (text[i] == '"')
                isQuoted = !isQuoted;
            else if (text[i] == separator && !isQuoted)
            {
                yield return text[start..i];
                start = i + 1;
            }
        }
        yield return text[start..];
    }
}
