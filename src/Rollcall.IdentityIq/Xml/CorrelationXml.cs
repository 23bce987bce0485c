using System.Xml.Linq;
using Rollcall.IdentityIq.Applications;

namespace Rollcall.IdentityIq.Xml;

/// <summary>The <c>CorrelationConfig</c> that stands beside an application, and the reference to it.</summary>
internal static class CorrelationXml
{
    /// <summary>The name of the element.</summary>
    public const string Config = "CorrelationConfig";

    private const string Assignments = "AttributeAssignments";

    private static readonly string[] FilterAttributes = ["operation", "property", "value"];

    /// <summary>Reads what an application refers to; without rules if the configuration is not there, or is more than equal attributes.</summary>
    public static Correlation Read(ObjectReference reference, XElement? config)
    {
        if (config is null || config.Element(Assignments) is not { } assignments || !IsPlain(assignments))
            return new Correlation { Reference = reference };
        var part = new XmlPart(config);
        part.Text("name");
        part.Child(Assignments);
        return new Correlation
        {
            Reference = reference,
            Rules = [.. assignments.Elements().Select(filter => new CorrelationRule((string)filter.Attribute("property")!, (string)filter.Attribute("value")!))],
            Remainder = part.Rest(),
        };
    }

    /// <summary>The configuration, if there is something to say.</summary>
    public static XElement? Write(Correlation correlation)
    {
        if (correlation.Rules.Count == 0)
            return null;
        var element = XmlPart.Write(Config, correlation.Remainder, ("name", correlation.Reference.Name));
        element.Add(new XElement(Assignments, correlation.Rules.Select(rule => new XElement("Filter",
            new XAttribute("operation", "EQ"), new XAttribute("property", rule.IdentityAttribute), new XAttribute("value", rule.AccountAttribute)))));
        element.Add(XmlPart.Kept(correlation.Remainder));
        return element;
    }

    // Every rule says: this attribute of the identity equals that one of the account, and nothing else.
    private static bool IsPlain(XElement assignments) =>
        !assignments.HasAttributes && assignments.HasElements
        && assignments.Elements().All(filter => filter.Name == "Filter" && !filter.HasElements && (string?)filter.Attribute("operation") == "EQ"
            && filter.Attributes().Select(attribute => attribute.Name.ToString()).Order(StringComparer.Ordinal).SequenceEqual(FilterAttributes));
}
