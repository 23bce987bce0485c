using System.Text;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;
using Rollcall.IdentityIq.Applications;

namespace Rollcall.IdentityIq.Xml;

/// <summary>
/// IdentityIQ's <c>Application</c> as XML, as its debug page shows it and its console imports it. Reading is safe for any input: a
/// DOCTYPE is passed over, nothing is fetched, no entity expanded, at most 4 Mi characters, at most 64 levels deep; scripts are text and never run.
/// </summary>
public static class ApplicationXml
{
    private const string Root = "sailpoint";
    private const string Application = "Application";
    private const string Locale = "en_US";

    /// <summary>Reads <c>&lt;Application …&gt;</c>, alone or within <c>&lt;sailpoint&gt;</c>.</summary>
    /// <param name="text">The document.</param>
    /// <exception cref="ApplicationFormatException">It can't be read; the message says where and why.</exception>
    public static ImportedApplication Read(string text)
    {
        var root = XmlInput.Root(text);
        var application = Find(root);
        var cutter = new SecretCutter(Encrypted(application));
        cutter.Cut(root);
        return new ImportedApplication(ReadApplication(root, application, cutter), cutter.Secrets, cutter.Notes);
    }

    /// <summary>
    /// Writes the application, each attribute under a comment that says what it does and how well that is known. With other objects, or
    /// with correlation rules, they stand together within <c>&lt;sailpoint&gt;</c>. Where a secret belongs there is a placeholder.
    /// </summary>
    /// <param name="definition">The application.</param>
    /// <param name="heading">Lines for the person who opens the file, as a comment at its top; or null.</param>
    /// <exception cref="ApplicationFormatException">The definition holds what XML can't, such as a control character.</exception>
    public static string Write(ApplicationDefinition definition, string? heading = null)
    {
        var cutter = new SecretCutter(definition.Encrypted);
        List<XElement> objects = [WriteApplication(definition, cutter)];
        if (definition.Correlation is { } correlation && CorrelationXml.Write(correlation) is { } config)
            objects.Add(config);
        objects.AddRange(definition.OtherObjects.Select(XmlInput.Element));
        var root = objects is [var only] ? only : new XElement(Root, objects);
        cutter.Cut(root);

        var document = new XDocument(new XDocumentType(root.Name.LocalName, "sailpoint.dtd", "sailpoint.dtd", null));
        if (heading is not null)
            document.Add(Comment(heading));
        document.Add(root);
        return Text(document.WriteTo, ConformanceLevel.Document);
    }

    /// <summary>
    /// Writes only <c>retryableErrors</c>, <c>usePatch</c> and <c>skipGrpUpdate</c>, as far as the definition says them: to be pasted
    /// into the attribute map of an application on the debug page.
    /// </summary>
    /// <param name="definition">The application.</param>
    public static string WriteFragment(ApplicationDefinition definition) =>
        Text(writer =>
        {
            foreach (var node in Entries(AttributeMapping.GroupChanges(definition)))
                node.WriteTo(writer);
        }, ConformanceLevel.Fragment);

    private static XElement Find(XElement root)
    {
        if (root.Name == Application)
            return root;
        if (root.Name.NamespaceName.Length > 0)
            throw XmlPart.Fault(root, $"The root is in the namespace {ApplicationFormatException.Echo(root.Name.NamespaceName)}. Expected <{Application}> or <{Root}> without one.");
        if (root.Name != Root)
            throw XmlPart.Fault(root, $"The root is <{ApplicationFormatException.Short(root.Name.LocalName)}>. Expected <{Application}>, or <{Root}> with an <{Application}> in it.");
        var found = root.Elements(Application).ToList();
        return found.Count switch
        {
            0 => throw XmlPart.Fault(root, $"There is no <{Application}> in it."),
            1 => found[0],
            _ => throw XmlPart.Fault(found[1], $"There are {found.Count} applications in the document. Leave one, and import the others by themselves."),
        };
    }

    private static ApplicationDefinition ReadApplication(XElement root, XElement application, SecretCutter cutter)
    {
        var part = new XmlPart(application);
        var correlation = ReferenceXml.Read(part, "AccountCorrelationConfig");
        var config = root == application || correlation is null ? null : root.Elements(CorrelationXml.Config).FirstOrDefault(other => (string?)other.Attribute("name") == correlation.Name);
        var read = correlation is null ? null : CorrelationXml.Read(correlation, config);
        if (read is not { Rules.Count: > 0 })
            config = null;
        XmlPart.OnlyElements(root);

        var blank = new ApplicationDefinition { Name = "" };
        var definition = new ApplicationDefinition
        {
            Name = part.Needed("name"),
            Type = part.Text("type") ?? blank.Type,
            Connector = part.Text("connector") ?? blank.Connector,
            Owner = ReferenceXml.Read(part, "Owner"),
            Schemas = ReadList(part, "Schemas", "Schema", SchemaXml.Read),
            Forms = ReadList(part, "ProvisioningForms", "Form", form => FormXml.Read(form, cutter)),
            Correlation = read,
            OtherObjects = root == application ? [] : [.. root.Elements().Where(other => other != application && other != config).Select(XmlPart.Verbatim)],
        };
        if (definition.Schemas.GroupBy(schema => schema.ObjectType).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw XmlPart.Fault(application, $"There are two schemas of the object type {ApplicationFormatException.Echo(twice.Key)}. Leave one out.");
        return ReadAttributes(definition, part.Child("Attributes")) with { Remainder = part.Rest() };
    }

    private static ApplicationDefinition ReadAttributes(ApplicationDefinition definition, XElement? holder)
    {
        if (holder?.Elements().FirstOrDefault(child => child.Name != "Map") is { } odd)
            throw XmlPart.Fault(odd, "Expected <Map>.");
        if (holder?.Elements().ToList() is not [var map, ..])
            return AttributeMapping.Read(definition, new AttributeReader([], (key, what) => new ApplicationFormatException(what, element: key)));
        if (map.ElementsAfterSelf().FirstOrDefault() is { } second)
            throw XmlPart.Fault(second, "The element stands there twice. Leave one out.");
        var reader = new AttributeReader(EntryValue.ReadMap(map), (key, what) => XmlPart.Fault(map.Elements().First(entry => (string?)entry.Attribute("key") == key), what));
        var read = AttributeMapping.Read(definition, reader);
        if (read.Attributes[Keys.Descriptions] is not JsonObject texts || texts[Locale] is not JsonValue text || !text.TryGetValue<string>(out var description))
            return read;
        texts.Remove(Locale);
        if (texts.Count == 0)
            read.Attributes.Remove(Keys.Descriptions);
        return read with { Description = description };
    }

    private static List<T> ReadList<T>(XmlPart part, string holder, string name, Func<XElement, T> read)
    {
        if (part.Child(holder) is not { } list)
            return [];
        XmlPart.OnlyElements(list);
        if (list.Elements().FirstOrDefault(child => child.Name != name) is { } odd)
            throw XmlPart.Fault(odd, $"Expected <{name}>.");
        return [.. list.Elements().Select(read)];
    }

    private static IEnumerable<string> Encrypted(XElement application) =>
        application.Element("Attributes")?.Element("Map")?.Elements("entry").Where(entry => (string?)entry.Attribute("key") == Keys.EncryptedKeys)
            .SelectMany(entry => ((string?)entry.Attribute("value") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) ?? [];

    private static XElement WriteApplication(ApplicationDefinition definition, SecretCutter cutter)
    {
        var element = XmlPart.Write(Application, definition.Remainder, ("connector", definition.Connector), ("name", definition.Name), ("type", definition.Type));
        var attributes = AttributeMapping.Write(definition with { Attributes = WithDescription(definition) });
        element.Add(
            ReferenceXml.Write("AccountCorrelationConfig", CorrelationXml.Config, definition.Correlation?.Reference),
            new XElement("Attributes", new XElement("Map", Entries(attributes))),
            ReferenceXml.Write("Owner", "Identity", definition.Owner),
            definition.Forms.Count == 0 ? null : new XElement("ProvisioningForms", definition.Forms.Select(form => FormXml.Write(form, cutter))),
            definition.Schemas.Count == 0 ? null : new XElement("Schemas", definition.Schemas.Select(SchemaXml.Write)),
            XmlPart.Kept(definition.Remainder));
        return element;
    }

    private static JsonObject WithDescription(ApplicationDefinition definition)
    {
        var attributes = definition.Attributes.DeepClone().AsObject();
        if (definition.Description is null)
            return attributes;
        if (attributes[Keys.Descriptions] is not JsonObject)
            attributes[Keys.Descriptions] = new JsonObject();
        attributes[Keys.Descriptions]![Locale] = definition.Description;
        return attributes;
    }

    private static IEnumerable<XNode> Entries(IEnumerable<(string Key, JsonNode? Value)> entries)
    {
        foreach (var (key, value) in entries)
        {
            yield return Comment(Keys.NoteOf(key)?.ToString() ?? "kept as it was");
            yield return EntryValue.Write(key, value);
        }
    }

    // Two hyphens would end a comment.
    private static XComment Comment(string text) => new($" {text.Replace("--", "- -", StringComparison.Ordinal)} ");

    private static string Text(Action<XmlWriter> write, ConformanceLevel level)
    {
        var text = new StringBuilder();
        try
        {
            var settings = new XmlWriterSettings
            {
                Indent = true,
                NewLineChars = "\n",
                // Line breaks in values come back as they were.
                NewLineHandling = NewLineHandling.Entitize,
                ConformanceLevel = level,
                OmitXmlDeclaration = true,
            };
            using var writer = XmlWriter.Create(text, settings);
            write(writer);
        }
        catch (ArgumentException broken)
        {
            throw new ApplicationFormatException($"The application holds what XML can't: {broken.Message}");
        }
        return level == ConformanceLevel.Document ? $"<?xml version='1.0' encoding='UTF-8'?>\n{text}\n" : $"{text}\n";
    }
}
