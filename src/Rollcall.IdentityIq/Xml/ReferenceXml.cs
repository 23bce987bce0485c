using System.Xml.Linq;
using Rollcall.IdentityIq.Applications;

namespace Rollcall.IdentityIq.Xml;

/// <summary>An element that holds one <c>Reference</c> to another object.</summary>
internal static class ReferenceXml
{
    /// <summary>Reads it; null if it is not there, or holds anything else, in which case it is kept as it is.</summary>
    public static ObjectReference? Read(XmlPart part, string name)
    {
        if (part.Child(name) is not { } holder)
            return null;
        if (!holder.HasAttributes && holder.Elements().ToList() is [{ HasElements: false } only] && only.Name == "Reference" && (string?)only.Attribute("name") is { } target)
        {
            var reference = new XmlPart(only);
            reference.Text("class");
            reference.Text("name");
            return new ObjectReference(target) { Remainder = reference.Rest() };
        }
        part.Keep(holder);
        return null;
    }

    /// <summary>Writes it.</summary>
    public static XElement? Write(string name, string type, ObjectReference? reference) => reference is null ? null :
        new XElement(name, XmlPart.Write("Reference", reference.Remainder, ("class", $"sailpoint.object.{type}"), ("name", reference.Name)));
}
