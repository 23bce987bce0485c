using System.Xml.Linq;
using Rollcall.IdentityIq.Applications;

namespace Rollcall.IdentityIq.Xml;

/// <summary><c>Schema</c> and its <c>AttributeDefinition</c>s.</summary>
internal static class SchemaXml
{
    private const string Definition = "AttributeDefinition";

    public static ObjectSchema Read(XElement element)
    {
        var part = new XmlPart(element);
        var names = new HashSet<string>();
        return new ObjectSchema
        {
            ObjectType = part.Needed("objectType"),
            NativeObjectType = part.Text("nativeObjectType"),
            IdentityAttribute = part.Text("identityAttribute"),
            DisplayAttribute = part.Text("displayAttribute"),
            Attributes = [.. part.Children(Definition).Select(child => ReadAttribute(child, names))],
            Remainder = part.Rest(),
        };
    }

    public static XElement Write(ObjectSchema schema)
    {
        var element = XmlPart.Write("Schema", schema.Remainder,
            ("displayAttribute", schema.DisplayAttribute), ("identityAttribute", schema.IdentityAttribute),
            ("nativeObjectType", schema.NativeObjectType), ("objectType", schema.ObjectType));
        element.Add(schema.Attributes.Select(WriteAttribute), XmlPart.Kept(schema.Remainder));
        return element;
    }

    private static SchemaAttribute ReadAttribute(XElement element, HashSet<string> names)
    {
        var part = new XmlPart(element);
        var name = part.Needed("name");
        if (!names.Add(name))
            throw XmlPart.Fault(element, "The schema has an attribute of this name already. Leave one out.");
        var description = part.Child("Description");
        if (description is { HasElements: true } or { HasAttributes: true })
        {
            part.Keep(description);
            description = null;
        }
        return new SchemaAttribute
        {
            Name = name,
            Type = ReadType(element, part.Text("type")),
            MultiValued = part.Flag("multi"),
            Entitlement = part.Flag("entitlement"),
            Managed = part.Flag("managed"),
            Required = part.Flag("required"),
            SchemaObjectType = part.Text("schemaObjectType"),
            Description = description?.Value,
            Remainder = part.Rest(),
        };
    }

    private static SchemaAttributeType ReadType(XElement element, string? word)
    {
        if (word is null)
            return SchemaAttributeType.String;
        // Numbers are names of enumerations to the framework, but not here.
        return !char.IsAsciiDigit(word.FirstOrDefault()) && Enum.TryParse<SchemaAttributeType>(word, ignoreCase: true, out var type)
            ? type
            : throw XmlPart.Fault(element, $"The type {ApplicationFormatException.Echo(word)} is none of {string.Join(", ", Enum.GetNames<SchemaAttributeType>().Select(Lower))}.");
    }

    private static XElement WriteAttribute(SchemaAttribute attribute)
    {
        var element = XmlPart.Write(Definition, attribute.Remainder,
            ("entitlement", attribute.Entitlement), ("managed", attribute.Managed), ("multi", attribute.MultiValued), ("name", attribute.Name),
            ("required", attribute.Required), ("schemaObjectType", attribute.SchemaObjectType), ("type", Lower(attribute.Type.ToString())));
        if (attribute.Description is not null)
            element.Add(new XElement("Description", attribute.Description));
        element.Add(XmlPart.Kept(attribute.Remainder));
        return element;
    }

    private static string Lower(string name) => name.ToLowerInvariant();
}
