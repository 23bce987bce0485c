namespace Rollcall.Access.Tests.Support;

/// <summary>What <c>error_description</c> may be.</summary>
internal static class ErrorText
{
    /// <summary>A sentence of printable ASCII without quotes and backslashes (RFC 6749 §5.2, RFC 6750 §3), long enough to say something.</summary>
    public static void AssertSafe(string description)
    {
        Assert.All(description, character => Assert.True(character is >= ' ' and <= '~' and not '"' and not '\\', $"'{character}' in: {description}"));
        Assert.True(description.Length > 20 && description.EndsWith('.'), description);
    }
}
