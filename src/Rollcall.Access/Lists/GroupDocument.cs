using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Scim;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Lists;

/// <summary>
/// The stored part of a Group's representation: everything but what changes with the members. It ends inside the
/// access-list extension, where the member count follows, so that reading a Group parses nothing.
/// </summary>
internal static class GroupDocument
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The stored bytes: a JSON object, open in the extension.</summary>
    public static byte[] Build(string scimId, string? externalId, string name, ListDefinition definition)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(buffer, WriterOptions);
        writer.WriteStartObject();
        writer.WriteStartArray("schemas");
        writer.WriteStringValue(SchemaUris.Group);
        writer.WriteStringValue(SchemaUris.AccessList);
        writer.WriteEndArray();
        writer.WriteString("id", scimId);
        if (externalId is not null)
            writer.WriteString("externalId", externalId);
        writer.WriteString("displayName", definition.Title);
        writer.WriteStartObject(SchemaUris.AccessList);
        writer.WriteString("name", name);
        if (!string.IsNullOrEmpty(definition.Description))
            writer.WriteString("description", definition.Description);
        WriteTexts(writer, "roles", definition.Grants.Roles);
        WriteTexts(writer, "traits", Traits(definition.Grants));
        WriteTexts(writer, "owners", definition.Owners.Select(owner => owner.Name));
        writer.Flush(); // And no further: the objects stay open.
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Completes stored bytes to the whole JSON object, without members and meta.</summary>
    public static JsonObject Parse(ReadOnlySpan<byte> stored, long memberCount)
    {
        var tail = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $",\"memberCount\":{memberCount}}}}}"));
        return ScimJson.ParseObject([.. stored, .. tail]);
    }

    /// <summary>What a client may write of a Group besides its members, to apply a PATCH to.</summary>
    public static JsonObject Scalars(LockedList list)
    {
        var scalars = ScimJson.NewObject();
        scalars["schemas"] = new JsonArray(SchemaUris.Group);
        scalars["id"] = list.ScimId;
        if (list.ExternalId is not null)
            scalars["externalId"] = list.ExternalId;
        scalars["displayName"] = list.Title;
        return scalars;
    }

    /// <summary>The comparison document, without what stands in columns as a comparison key.</summary>
    public static string Search(byte[] stored)
    {
        var comparison = ComparisonDocument.Build(ResourceTypes.Group, Parse(stored, 0));
        // What stands in columns is compared there.
        foreach (var name in (string[])["id", "displayName"])
            comparison.Remove(name);
        comparison[SchemaUris.AccessList]?.AsObject().Remove("memberCount");
        return comparison.ToJsonString();
    }

    private static IEnumerable<string> Traits(RolesAndTraits grants) =>
        grants.Traits.SelectMany(trait => trait.Value.Select(value => $"{trait.Key}={value}"));

    private static void WriteTexts(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        var texts = values.ToList();
        if (texts.Count == 0)
            return;
        writer.WriteStartArray(name);
        foreach (var text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
