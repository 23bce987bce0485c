using System.Xml.Linq;
using Rollcall.IdentityIq.Applications;

namespace Rollcall.IdentityIq.Xml;

/// <summary><c>Form</c>s of <c>ProvisioningForms</c>: sections and fields.</summary>
internal static class FormXml
{
    public static ProvisioningForm Read(XElement element, SecretCutter cutter)
    {
        var part = new XmlPart(element);
        var names = new HashSet<string>();
        var sections = part.Children("Section").Select(section => ReadSection(section, names, cutter)).ToList();
        if (part.Children("Field") is { Count: > 0 } fields)
            sections.Insert(0, new FormSection { Fields = [.. fields.Select(field => ReadField(field, names, cutter))] });
        return new ProvisioningForm
        {
            Type = part.Text("type"),
            Name = part.Text("name"),
            ObjectType = part.Text("objectType"),
            Sections = sections,
            Remainder = part.Rest(),
        };
    }

    public static XElement Write(ProvisioningForm form, SecretCutter cutter)
    {
        var element = XmlPart.Write("Form", form.Remainder, ("name", form.Name), ("objectType", form.ObjectType), ("type", form.Type));
        // What stands above the fields comes first, the buttons last.
        var kept = XmlPart.Kept(form.Remainder).ToLookup(child => child.Name == "Button");
        element.Add(kept[false]);
        foreach (var section in form.Sections)
        {
            if (section is { Name: null } && IsBlank(section.Remainder))
                element.Add(section.Fields.Select(field => WriteField(field, cutter)));
            else
                element.Add(WriteSection(section, cutter));
        }
        element.Add(kept[true]);
        return element;
    }

    private static FormSection ReadSection(XElement element, HashSet<string> names, SecretCutter cutter)
    {
        var part = new XmlPart(element);
        return new FormSection
        {
            // A section without a name is one all the same.
            Name = part.Text("name") ?? "",
            Fields = [.. part.Children("Field").Select(field => ReadField(field, names, cutter))],
            Remainder = part.Rest(),
        };
    }

    private static XElement WriteSection(FormSection section, SecretCutter cutter)
    {
        var element = XmlPart.Write("Section", section.Remainder, ("name", section.Name is "" ? null : section.Name));
        element.Add(XmlPart.Kept(section.Remainder), section.Fields.Select(field => WriteField(field, cutter)));
        return element;
    }

    private static FormField ReadField(XElement element, HashSet<string> names, SecretCutter cutter)
    {
        var part = new XmlPart(element);
        var name = part.Needed("name");
        if (!names.Add(name))
            throw XmlPart.Fault(element, "The form has a field of this name already. Leave one out.");
        var script = part.Child("Script");
        if (script is not null && !IsPlain(script))
        {
            part.Keep(script);
            script = null;
        }
        var source = script?.Element("Source")!.Value;
        var language = (string?)script?.Attribute("language");
        // A language is said of scripts that are more than the name of an attribute.
        var attribute = source is not null && language is null ? IdentityScript.AttributeOf(source) : null;
        return new FormField
        {
            Name = name,
            Type = part.Text("type"),
            Required = part.Flag("required"),
            MultiValued = part.Flag("multi"),
            IdentityAttribute = attribute,
            Script = attribute is null ? source : null,
            ScriptLanguage = language,
            Value = cutter.Field(name, part.Text("value")),
            Remainder = part.Rest(),
        };
    }

    private static XElement WriteField(FormField field, SecretCutter cutter)
    {
        var element = XmlPart.Write("Field", field.Remainder,
            ("multi", field.MultiValued), ("name", field.Name), ("required", field.Required), ("type", field.Type), ("value", cutter.Field(field.Name, field.Value)));
        element.Add(XmlPart.Kept(field.Remainder));
        if ((field.Script ?? (field.IdentityAttribute is { } attribute ? IdentityScript.Of(attribute) : null)) is { } source)
        {
            var script = XmlPart.Write("Script", new Remainder(), ("language", field.ScriptLanguage));
            script.Add(new XElement("Source", source));
            element.Add(script);
        }
        return element;
    }

    private static bool IsPlain(XElement script) =>
        script.Elements().ToList() is [{ HasElements: false, HasAttributes: false } source] && source.Name == "Source"
        && script.Attributes().All(attribute => attribute.Name == "language");

    private static bool IsBlank(Remainder remainder) => remainder is { XmlAttributes.Count: 0, XmlElements.Count: 0 };
}
