using System.Text.RegularExpressions;

namespace Rollcall.Governance.Applications;

/// <summary>
/// Between SailPoint's names of identity attributes and Rollcall's, and between "from this attribute of the identity" and the
/// template that says so.
/// </summary>
internal static partial class SailPointNames
{
    private static readonly (string Ours, string Theirs)[] Known = [("id", "name"), ("givenName", "firstname"), ("familyName", "lastname")];

    /// <summary>Rollcall's name of an identity's attribute. Identity Security Cloud calls <c>uid</c> what IdentityIQ calls <c>name</c>.</summary>
    public static string OurName(string theirs) => theirs == "uid" ? "id" : Known.FirstOrDefault(name => name.Theirs == theirs).Ours ?? theirs;

    /// <summary>SailPoint's name of an identity's attribute; null where that name means another attribute there.</summary>
    public static string? TheirName(string ours)
    {
        var theirs = Known.FirstOrDefault(name => name.Ours == ours).Theirs ?? ours;
        return OurName(theirs) == ours ? theirs : null;
    }

    /// <summary>The template that takes an attribute of the identity, by SailPoint's name.</summary>
    public static string Template(string theirs) => OurName(theirs) is var ours && Identifier().IsMatch(ours)
        ? $"{{{{ identity.{ours} }}}}"
        : $"{{{{ identity[\"{ours.Replace("\"", "", StringComparison.Ordinal)}\"] }}}}";

    /// <summary>SailPoint's name of the attribute that a template takes, where it does nothing else; else null.</summary>
    public static string? AttributeOf(string template) => Attribute().Match(template) is { Success: true } match ? TheirName(match.Groups["name"].Value) : null;

    /// <summary>Whether two templates say the same, however they are written.</summary>
    public static bool AreSame(string one, string other) => one == other || (AttributeOf(one) is { } attribute && attribute == AttributeOf(other));

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex Identifier();

    [GeneratedRegex("""^\s*\{\{-?\s*identity(\.(?<name>[A-Za-z_][A-Za-z0-9_]*)|\["(?<name>[^"]+)"\])\s*-?\}\}\s*$""")]
    private static partial Regex Attribute();
}
