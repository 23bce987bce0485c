using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Resources;

/// <summary>
/// Reads the value of one attribute as its schema says: checks it, and gives it in canonical form — names as the schema
/// writes them and in its order, without read-only and unknown parts, without null and empties (RFC 7643 §2.5). Texts
/// stay as they were sent. POST, PUT and PATCH read values only here.
/// </summary>
public static class ValueReader
{
    /// <summary>Reads the whole value of an attribute.</summary>
    /// <param name="attribute">The attribute, or a sub-attribute.</param>
    /// <param name="value">What was sent; never changed, and not part of the result.</param>
    /// <param name="path">Where it stands, for the detail of a fault.</param>
    /// <param name="options">How to read.</param>
    /// <returns>
    /// Null where the value means "unassigned": null, an empty array or object. An array for a multi-valued attribute, in
    /// which each element stands once (RFC 7643 §2.4); more than one may be primary.
    /// </returns>
    /// <exception cref="ScimException"><c>invalidValue</c>, naming the path; <c>invalidSyntax</c> for unknown names where strict.</exception>
    public static JsonNode? Read(ScimAttribute attribute, JsonNode? value, string path, ReaderOptions options) =>
        attribute.MultiValued ? ReadAll(attribute, value, path, options) : ReadOne(attribute, value, new Place(path), options);

    /// <summary>Reads one element of a multi-valued attribute, or the value of a single-valued one.</summary>
    /// <inheritdoc cref="Read"/>
    public static JsonNode? ReadElement(ScimAttribute attribute, JsonNode? value, string path, ReaderOptions options) =>
        ReadOne(attribute, value, new Place(path), options);

    /// <summary>Reads a complex value of which only some parts are given, to be joined with others and then checked by <c>Require</c>.</summary>
    internal static JsonObject? ReadParts(ScimAttribute attribute, JsonNode? value, string path, ReaderOptions options) =>
        ReadParts(attribute, value, new Place(path), options);

    /// <summary>Refuses a complex value that lacks a part it needs.</summary>
    internal static void Require(ScimAttribute attribute, JsonObject result, string path) => Require(attribute, result, new Place(path));

    /// <summary>Refuses parts that no schema knows in a complex value, or in each of several; whether they are otherwise sound does not matter.</summary>
    internal static void RefuseUnknownParts(ScimAttribute attribute, JsonNode? value, string path)
    {
        var place = new Place(path);
        if (value is JsonObject one)
            RefuseUnknown(attribute, one, place);
        else if (value is JsonArray several)
        {
            for (var i = 0; i < several.Count; i++)
            {
                if (several[i] is JsonObject element)
                    RefuseUnknown(attribute, element, place.At(i));
            }
        }
    }

    private static JsonArray? ReadAll(ScimAttribute attribute, JsonNode? value, string path, ReaderOptions options)
    {
        if (!options.Strict)
            value = ClientQuirks.ValueInsteadOfArray(attribute, ClientQuirks.JsonText(attribute, value));
        if (value is null)
            return null;
        if (value is not JsonArray array)
            throw ScimException.InvalidValue($"{path} is multi-valued: send an array, not {Faults.Kind(value)}.");
        var place = new Place(path);
        var elements = new List<JsonNode>(array.Count);
        for (var i = 0; i < array.Count; i++)
        {
            if (array[i] is null)
                throw ScimException.InvalidValue($"{place.At(i)} is null; leave it out, or send an empty array for no values.");
            if (ReadOne(attribute, array[i], place.At(i), options) is { } element)
                elements.Add(element);
        }
        return elements.Count == 0 ? null : ToArray(Elements.Distinct(attribute, elements));
    }

    private static JsonNode? ReadOne(ScimAttribute attribute, JsonNode? value, Place place, ReaderOptions options)
    {
        if (value is null)
            return null;
        return attribute.Type == AttributeType.Complex
            ? ReadComplex(attribute, value, place, options)
            : ReadSimple(attribute, value, place, options);
    }

    private static JsonObject? ReadComplex(ScimAttribute attribute, JsonNode? value, Place place, ReaderOptions options)
    {
        var result = ReadParts(attribute, value, place, options);
        if (result is null && Elements.AreKnownByValue(attribute))
            result = ScimJson.NewObject();
        if (result is not null)
            Require(attribute, result, place);
        return result;
    }

    private static JsonObject? ReadParts(ScimAttribute attribute, JsonNode? value, Place place, ReaderOptions options)
    {
        if (!options.Strict)
            value = ClientQuirks.BareValue(attribute, ClientQuirks.JsonText(attribute, value));
        if (value is null)
            return null;
        if (value is not JsonObject given)
            throw ScimException.InvalidValue($"{place} is complex: send an object, not {Faults.Kind(value)}.");
        if (options.Strict)
            RefuseUnknown(attribute, given, place);
        var result = ScimJson.NewObject();
        foreach (var sub in attribute.SubAttributes)
        {
            if (sub.Mutability == Mutability.ReadOnly || !given.TryGetPropertyValue(sub.Name, out var part))
                continue;
            var read = sub.MultiValued
                ? ReadAll(sub, part, place.Of(sub.Name).ToString(), options)
                : ReadOne(sub, part, place.Of(sub.Name), options);
            if (read is not null)
                result.Add(sub.Name, read);
        }
        return result.Count == 0 ? null : result;
    }

    private static void RefuseUnknown(ScimAttribute attribute, JsonObject given, Place place)
    {
        foreach (var (name, _) in given)
        {
            if (attribute.Find(name) is null)
                throw ScimException.InvalidSyntax($"{place} has no sub-attribute \"{Faults.Short(name)}\".");
        }
    }

    private static void Require(ScimAttribute attribute, JsonObject result, Place place)
    {
        if (Elements.AreKnownByValue(attribute) && ValueRules.KeyComplaint(result["value"]?.GetValue<string>()) is { } complaint)
            throw ScimException.InvalidValue($"{place.Of("value")} is required and must be {complaint}.");
        foreach (var sub in attribute.SubAttributes)
        {
            if (sub.Required && !result.ContainsKey(sub.Name))
                throw ScimException.InvalidValue($"{place.Of(sub.Name)} is required.");
        }
    }

    private static JsonValue ReadSimple(ScimAttribute attribute, JsonNode value, Place place, ReaderOptions options)
    {
        var kind = value.GetValueKind();
        switch (attribute.Type)
        {
            case AttributeType.Boolean:
                if (kind is JsonValueKind.True or JsonValueKind.False)
                    return JsonValue.Create(kind == JsonValueKind.True);
                if (!options.Strict && ClientQuirks.BooleanText(value) is { } flag)
                    return JsonValue.Create(flag);
                throw Mismatch("true or false", value, place);
            case AttributeType.Integer:
                return value is JsonValue number && kind == JsonValueKind.Number && number.TryGetValue<long>(out var integer)
                    ? JsonValue.Create(integer)
                    : throw Mismatch("a number without fraction and exponent", value, place);
            case AttributeType.Decimal:
                return kind == JsonValueKind.Number ? (JsonValue)value.DeepClone() : throw Mismatch("a number", value, place);
            default:
                if (kind != JsonValueKind.String)
                    throw Mismatch("a string", value, place);
                var text = value.GetValue<string>();
                if (ValueRules.Complaint(attribute, text, options) is { } complaint)
                    throw ScimException.InvalidValue($"{place} must be {complaint}.");
                return JsonValue.Create(text);
        }
    }

    private static ScimException Mismatch(string wanted, JsonNode value, Place place) =>
        ScimException.InvalidValue($"{place} must be {wanted}, not {Faults.Kind(value)}.");

    private static JsonArray ToArray(List<JsonNode> elements)
    {
        var array = new JsonArray();
        foreach (var element in elements)
            array.Add(element);
        return array;
    }
}
