using System.Text.Json.Nodes;
using Rollcall.IdentityIq.Applications;

namespace Rollcall.IdentityIq.Isc;

/// <summary>Schemas of a source.</summary>
internal static class SourceSchemaJson
{
    private const string SchemaReference = "CONNECTOR_SCHEMA";
    private const string Target = "schema";
    private const string IsGroup = "isGroup";

    public static ObjectSchema Read(JsonPart part)
    {
        var names = new HashSet<string>();
        return new ObjectSchema
        {
            ObjectType = part.Needed("name"),
            NativeObjectType = part.Text("nativeObjectType"),
            IdentityAttribute = part.Text("identityAttribute"),
            DisplayAttribute = part.Text("displayAttribute"),
            Attributes = [.. part.Objects("attributes").Select(attribute => ReadAttribute(attribute, names))],
            Remainder = part.Rest(),
        };
    }

    public static JsonObject Write(ObjectSchema schema) => JsonOutput.With(new JsonObject
    {
        ["name"] = schema.ObjectType,
        ["nativeObjectType"] = schema.NativeObjectType,
        ["identityAttribute"] = schema.IdentityAttribute,
        ["displayAttribute"] = schema.DisplayAttribute,
        ["attributes"] = new JsonArray([.. schema.Attributes.Select(WriteAttribute)]),
    }, schema.Remainder);

    private static SchemaAttribute ReadAttribute(JsonPart part, HashSet<string> names)
    {
        var name = part.Needed("name");
        if (!names.Add(name))
            throw part.Fault("name", "The schema has an attribute of this name already. Leave one out.");
        var isEntitlement = part.Flag("isEntitlement");
        var target = (part.Peek(Target) as JsonObject)?["name"] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
        // Only what says more than the name does is kept beside it.
        if (part.Peek(Target) is JsonObject { Count: 2 } plain && plain["type"]?.ToJsonString() == $"\"{SchemaReference}\"")
            part.Object(Target);
        if (part.Peek(IsGroup) is JsonValue flag && flag.TryGetValue<bool>(out var isGroup) && isGroup == (target is not null))
            part.Flag(IsGroup);
        return new SchemaAttribute
        {
            Name = name,
            Type = part.Text("type") switch
            {
                null or "STRING" => SchemaAttributeType.String,
                "INT" => SchemaAttributeType.Int,
                "LONG" => SchemaAttributeType.Long,
                "BOOLEAN" => SchemaAttributeType.Boolean,
                "DATE" => SchemaAttributeType.Date,
                var word => throw part.Fault("type", $"{ApplicationFormatException.Echo(word)} is none of STRING, INT, LONG, BOOLEAN, DATE."),
            },
            MultiValued = part.Flag("isMulti"),
            Entitlement = isEntitlement,
            // Every entitlement is in the catalog there.
            Managed = isEntitlement,
            SchemaObjectType = target,
            Description = part.Text("description"),
            Remainder = part.Rest(),
        };
    }

    private static JsonObject WriteAttribute(SchemaAttribute attribute) => JsonOutput.With(new JsonObject
    {
        ["name"] = attribute.Name,
        ["type"] = attribute.Type switch
        {
            SchemaAttributeType.Int => "INT",
            SchemaAttributeType.Long => "LONG",
            SchemaAttributeType.Boolean => "BOOLEAN",
            SchemaAttributeType.Date => "DATE",
            _ => "STRING",
        },
        [Target] = attribute.SchemaObjectType is { } target ? JsonOutput.Reference(SchemaReference, new ObjectReference(target)) : null,
        ["description"] = attribute.Description,
        ["isMulti"] = attribute.MultiValued,
        ["isEntitlement"] = attribute.Entitlement,
        [IsGroup] = attribute.SchemaObjectType is not null,
    }, attribute.Remainder);
}
