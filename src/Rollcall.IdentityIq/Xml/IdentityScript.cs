using System.Text.RegularExpressions;

namespace Rollcall.IdentityIq.Xml;

/// <summary>
/// The scripts that only take an attribute of the identity, which is how IdentityIQ says "from this attribute". Scripts are matched as
/// text, never run.
/// </summary>
internal static partial class IdentityScript
{
    private static readonly Dictionary<string, string> Getters = new()
    {
        ["email"] = "getEmail",
        ["firstname"] = "getFirstname",
        ["lastname"] = "getLastname",
        ["name"] = "getName",
        ["displayName"] = "getDisplayName",
    };

    /// <summary>The script that takes an attribute.</summary>
    public static string Of(string attribute) =>
        Getters.TryGetValue(attribute, out var getter)
            ? $"return identity.{getter}();"
            : $"return identity.getAttribute(\"{attribute.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\");";

    /// <summary>The attribute that a script takes, if it does nothing else; else null.</summary>
    public static string? AttributeOf(string script)
    {
        if (Getter().Match(script) is { Success: true } getter)
            return Getters.FirstOrDefault(known => known.Value == getter.Groups["getter"].Value).Key;
        return Attribute().Match(script) is { Success: true } match ? match.Groups["name"].Value : null;
    }

    [GeneratedRegex(@"^\s*return\s+identity\s*\.\s*(?<getter>get[A-Za-z]+)\s*\(\s*\)\s*;\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Getter();

    [GeneratedRegex(@"^\s*return\s+identity\s*\.\s*get(String)?Attribute\s*\(\s*""(?<name>[^""\\]+)""\s*\)\s*;\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Attribute();
}
