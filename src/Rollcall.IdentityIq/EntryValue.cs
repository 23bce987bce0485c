using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Rollcall.IdentityIq.Xml;

namespace Rollcall.IdentityIq;

/// <summary>
/// Values of IdentityIQ's attribute maps: <c>entry</c> has its value as an attribute, or as a child <c>value</c> of a type. Read as
/// JSON: text, booleans, whole numbers, lists, maps; all else is kept as XML.
/// </summary>
internal static class EntryValue
{
    /// <summary>The one member of an object that keeps a value as XML.</summary>
    public const string Xml = "$xml";

    /// <summary>Reads a <c>Map</c>.</summary>
    /// <exception cref="ApplicationFormatException">An entry without key, with a second value, or a key that stands twice.</exception>
    public static JsonObject ReadMap(XElement map)
    {
        var members = new JsonObject();
        XmlPart.OnlyElements(map);
        foreach (var entry in map.Elements())
        {
            if (entry.Name != "entry")
                throw XmlPart.Fault(entry, "Expected <entry>.");
            if ((string?)entry.Attribute("key") is not { } key)
                throw XmlPart.Fault(entry, "The entry has no key.");
            if (!members.TryAdd(key, Read(entry)))
                throw XmlPart.Fault(entry, $"The key {ApplicationFormatException.Echo(key)} stands there twice. Leave one out.");
        }
        return members;
    }

    /// <summary>Writes a <c>Map</c>.</summary>
    public static XElement WriteMap(JsonObject members) => new("Map", members.Select(member => Write(member.Key, member.Value)));

    /// <summary>Writes an <c>entry</c>.</summary>
    public static XElement Write(string key, JsonNode? value)
    {
        var entry = new XElement("entry", new XAttribute("key", key));
        if (value is null)
            return entry;
        if (value.GetValueKind() == JsonValueKind.String)
            entry.SetAttributeValue("value", value.GetValue<string>());
        else
            entry.Add(new XElement("value", Value(value)));
        return entry;
    }

    private static JsonNode? Read(XElement entry)
    {
        XmlPart.OnlyElements(entry);
        var text = (string?)entry.Attribute("value");
        if (entry.Elements().FirstOrDefault(child => child.Name != "value") is { } odd)
            throw XmlPart.Fault(odd, "Expected <value>.");
        if (entry.Elements().Count() > (text is null ? 1 : 0))
            throw XmlPart.Fault(entry, "The entry has more than one value. Leave one.");
        if (text is not null)
            return text;
        if (entry.Element("value") is not { } value)
            return null;
        XmlPart.OnlyElements(value);
        return value.Elements().ToList() switch
        {
            [] => null,
            [var one] => ReadValue(one),
            _ => throw XmlPart.Fault(value, "The entry has more than one value. Leave one."),
        };
    }

    private static JsonNode? ReadValue(XElement element)
    {
        // Attributes are of no use on these types; on others they are kept with the rest.
        switch (element.Name.ToString())
        {
            case "String":
                return element.Value;
            case "null":
                return null;
            case "Boolean":
                // IdentityIQ writes false as an empty element.
                return element.Value.Trim() switch
                {
                    "" => false,
                    var text when bool.TryParse(text, out var flag) => flag,
                    var text => throw XmlPart.Fault(element, $"{ApplicationFormatException.Echo(text)} is neither true nor false."),
                };
            case "Integer":
                return int.TryParse(element.Value.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : throw XmlPart.Fault(element, $"{ApplicationFormatException.Echo(element.Value)} is no whole number of 32 bits.");
            case "List":
                XmlPart.OnlyElements(element);
                return new JsonArray([.. element.Elements().Select(ReadValue)]);
            case "Map":
                // A map with keys that are no text stays as it is.
                return element.Elements().Any(entry => entry.Element("key") is not null) ? Verbatim(element) : ReadMap(element);
            default:
                return Verbatim(element);
        }
    }

    private static JsonObject Verbatim(XElement element) => new() { [Xml] = element.ToString(SaveOptions.DisableFormatting) };

    private static XElement Value(JsonNode? value) => value switch
    {
        null => new XElement("null"),
        JsonArray items => new XElement("List", items.Select(Value)),
        JsonObject { Count: 1 } kept when kept[Xml] is JsonValue xml && xml.TryGetValue<string>(out var text) => XmlInput.Element(text),
        JsonObject members => WriteMap(members),
        _ => Scalar(value),
    };

    private static XElement Scalar(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.True or JsonValueKind.False => new XElement("Boolean", value.ToJsonString()),
        JsonValueKind.Number when value.AsValue().TryGetValue<int>(out var number) => new XElement("Integer", number),
        JsonValueKind.Number when value.AsValue().TryGetValue<long>(out var number) => new XElement("Long", number),
        JsonValueKind.String => new XElement("String", value.GetValue<string>()),
        // IdentityIQ reads numbers from text where it needs one.
        _ => new XElement("String", value.ToJsonString()),
    };
}
