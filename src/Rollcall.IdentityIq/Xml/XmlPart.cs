using System.Xml;
using System.Xml.Linq;
using Rollcall.IdentityIq.Applications;

namespace Rollcall.IdentityIq.Xml;

/// <summary>Takes known attributes and children out of an element; what is left becomes the <see cref="Remainder"/>.</summary>
/// <param name="element">The element; it is not changed.</param>
internal sealed class XmlPart(XElement element)
{
    private readonly HashSet<XName> _attributes = [];
    private readonly HashSet<XElement> _children = [];

    /// <summary>An attribute, or null.</summary>
    public string? Text(string name)
    {
        _attributes.Add(name);
        return (string?)element.Attribute(name);
    }

    /// <summary>An attribute that must have a value.</summary>
    public string Needed(string name) =>
        Text(name) is { } text && !string.IsNullOrWhiteSpace(text) ? text : throw Fault(element, $"The attribute {name} is missing, or empty.");

    /// <summary>An attribute that is true or false; false if it is absent.</summary>
    public bool Flag(string name) => Text(name) switch
    {
        null => false,
        var text when bool.TryParse(text, out var flag) => flag,
        var text => throw Fault(element, $"The attribute {name} is {ApplicationFormatException.Echo(text)}, neither true nor false."),
    };

    /// <summary>The only child of a name, or null.</summary>
    public XElement? Child(string name)
    {
        var found = element.Elements(name).ToList();
        if (found.Count > 1)
            throw Fault(found[1], "The element stands there twice. Leave one out.");
        _children.UnionWith(found);
        return found.FirstOrDefault();
    }

    /// <summary>The children of a name, in order.</summary>
    public List<XElement> Children(string name)
    {
        var found = element.Elements(name).ToList();
        _children.UnionWith(found);
        return found;
    }

    /// <summary>Puts a child that was taken back: it is not of the form that is known, and kept as it is.</summary>
    public void Keep(XElement child) => _children.Remove(child);

    /// <summary>All that was not taken.</summary>
    public Remainder Rest()
    {
        OnlyElements(element);
        return new Remainder
        {
            XmlAttributes = element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration && !_attributes.Contains(attribute.Name))
                .ToDictionary(attribute => attribute.Name.ToString(), attribute => attribute.Value),
            XmlElements = [.. element.Elements().Where(child => !_children.Contains(child)).Select(Verbatim)],
        };
    }

    /// <summary>An element as text, to be kept.</summary>
    public static string Verbatim(XElement element) => element.ToString(SaveOptions.DisableFormatting);

    /// <summary>Refuses text between elements: it would be lost.</summary>
    public static void OnlyElements(XElement element)
    {
        // The text is not shown: it may be a secret that somebody put into the wrong place.
        if (element.Nodes().OfType<XText>().Any(text => !string.IsNullOrWhiteSpace(text.Value)))
            throw Fault(element, "Text stands where only elements may.");
    }

    /// <summary>A fault at an element.</summary>
    public static ApplicationFormatException Fault(XElement element, string what)
    {
        var place = (IXmlLineInfo)element;
        var key = (string?)(element.Attribute("key") ?? element.Attribute("name"));
        var tag = ApplicationFormatException.Short(element.Name.LocalName);
        var name = key is null ? $"<{tag}>" : $"<{tag} {(element.Attribute("key") is null ? "name" : "key")}={ApplicationFormatException.Echo(key)}>";
        return place.HasLineInfo()
            ? new ApplicationFormatException(what, place.LineNumber, place.LinePosition, name)
            : new ApplicationFormatException(what, element: name);
    }

    /// <summary>An element with attributes of which those that are null or false are left out, and with what was kept.</summary>
    public static XElement Write(string name, Remainder remainder, params (string Name, object? Value)[] attributes)
    {
        var element = new XElement(name);
        foreach (var (attribute, value) in attributes.Where(attribute => attribute.Value is not (null or false)))
            element.SetAttributeValue(attribute, value);
        foreach (var (attribute, value) in remainder.XmlAttributes)
            element.SetAttributeValue(XName.Get(attribute), value);
        return element;
    }

    /// <summary>The elements that were kept.</summary>
    public static IEnumerable<XElement> Kept(Remainder remainder) => remainder.XmlElements.Select(XmlInput.Element);
}
