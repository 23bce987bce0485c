using System.Text.Json.Nodes;
using Rollcall.IdentityIq.Applications;

namespace Rollcall.IdentityIq.Isc;

/// <summary>Provisioning policies of a source.</summary>
internal static class PolicyJson
{
    private const string FromIdentity = "identityAttribute";
    private const string Constant = "static";

    // What a field's transform is given besides; the platform writes it also where it is empty.
    private const string Extra = "attributes";

    public static ProvisioningForm Read(JsonPart part, SecretCutter cutter)
    {
        var usage = part.Text("usageType");
        var names = new HashSet<string>();
        var fields = part.Objects("fields").Select(field => ReadField(field, names, cutter)).ToList();
        return new ProvisioningForm
        {
            Type = usage is null ? null : Words(usage),
            Name = part.Text("name"),
            // Policies whose use names groups are those of groups.
            ObjectType = usage?.EndsWith("_GROUP", StringComparison.Ordinal) is true ? ObjectSchema.Group : ObjectSchema.Account,
            Sections = fields.Count == 0 ? [] : [new FormSection { Fields = fields }],
            Remainder = part.Rest(),
        };
    }

    public static JsonObject Write(ProvisioningForm form, SecretCutter cutter)
    {
        var policy = new JsonObject
        {
            ["name"] = form.Name,
            ["usageType"] = form.Type is null ? null : Usage(form.Type),
            ["fields"] = new JsonArray([.. form.Fields().Select(field => WriteField(field, cutter))]),
        };
        return JsonOutput.With(policy, form.Remainder);
    }

    private static FormField ReadField(JsonPart part, HashSet<string> names, SecretCutter cutter)
    {
        var name = part.Needed("name");
        if (!names.Add(name))
            throw part.Fault("name", "The policy has a field of this name already. Leave one out.");
        var (attribute, value) = ReadTransform(part);
        if (part.Peek(Extra) is JsonObject { Count: 0 })
            part.Object(Extra);
        return new FormField
        {
            Name = name,
            Type = part.Text("type"),
            Required = part.Flag("isRequired"),
            MultiValued = part.Flag("isMultiValued"),
            IdentityAttribute = attribute,
            Value = cutter.Field(name, value),
            Remainder = part.Rest(),
        };
    }

    // A transform that is no more than an attribute of the identity or a constant; any other is kept.
    private static (string? Attribute, string? Value) ReadTransform(JsonPart part)
    {
        if (part.Peek("transform") is not JsonObject { Count: 2 } transform || Text(transform["type"]) is not (FromIdentity or Constant) || transform[Extra] is not JsonObject { Count: 1 } attributes)
            return (null, null);
        var (member, found) = Text(transform["type"]) == FromIdentity ? ("name", Text(attributes["name"])) : ("value", Text(attributes["value"]));
        if (found is null)
            return (null, null);
        part.Object("transform");
        return member == "name" ? (found, null) : (null, found);
    }

    private static JsonObject WriteField(FormField field, SecretCutter cutter)
    {
        var written = new JsonObject { ["name"] = field.Name };
        if (field.IdentityAttribute is { } attribute)
            written["transform"] = Transform(FromIdentity, "name", attribute);
        else if (cutter.Field(field.Name, field.Value) is { } value)
            written["transform"] = Transform(Constant, "value", value);
        written[Extra] = new JsonObject();
        written["isRequired"] = field.Required;
        written["type"] = field.Type;
        written["isMultiValued"] = field.MultiValued;
        return JsonOutput.With(written, field.Remainder);
    }

    private static JsonObject Transform(string type, string member, string value) => new() { ["type"] = type, [Extra] = new JsonObject { [member] = value } };

    // CHANGE_PASSWORD and ChangePassword: one word of each platform for the same.
    private static string Words(string usage) =>
        string.Concat(usage.Split('_').Select(word => word.Length == 0 ? "" : char.ToUpperInvariant(word[0]) + word[1..].ToLowerInvariant()));

    private static string Usage(string type) =>
        string.Concat(type.Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : $"{char.ToUpperInvariant(c)}"));

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
