using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.IdentityIq.Applications;

namespace Rollcall.IdentityIq.Isc;

/// <summary>Takes known members out of an object; what is left becomes the <see cref="Remainder"/>.</summary>
/// <param name="members">The object; members that are taken are removed.</param>
/// <param name="path">Where it stands, such as <c>source</c>; empty for the document.</param>
internal sealed class JsonPart(JsonObject members, string path)
{
    /// <summary>Text, or null.</summary>
    public string? Text(string name) => Take(name) switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        var other => throw Fault(name, $"Expected text, found {Describe(other)}."),
    };

    /// <summary>Text that must be there.</summary>
    public string Needed(string name) =>
        Text(name) is { } text && !string.IsNullOrWhiteSpace(text) ? text : throw Fault(name, "The member is missing, or empty.");

    /// <summary>True or false; false if it is absent.</summary>
    public bool Flag(string name) => Take(name) switch
    {
        null => false,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        var other => throw Fault(name, $"Expected true or false, found {Describe(other)}."),
    };

    /// <summary>An object, or null.</summary>
    public JsonObject? Object(string name) => Take(name) switch
    {
        null => null,
        JsonObject found => found,
        var other => throw Fault(name, $"Expected an object, found {Describe(other)}."),
    };

    /// <summary>The objects of an array; none if it is absent.</summary>
    public IEnumerable<JsonPart> Objects(string name)
    {
        var items = Take(name) switch
        {
            null => [],
            JsonArray found => found,
            var other => throw Fault(name, $"Expected an array, found {Describe(other)}."),
        };
        for (var i = 0; i < items.Count; i++)
            yield return items[i] is JsonObject item ? new JsonPart(item, $"{Path(name)}[{i}]") : throw Fault($"{name}[{i}]", $"Expected an object, found {Describe(items[i])}.");
    }

    /// <summary>Another object of the platform, or null.</summary>
    public ObjectReference? Reference(string name)
    {
        if (Object(name) is not { } found)
            return null;
        var reference = new JsonPart(found, Path(name));
        reference.Text("type");
        return new ObjectReference(reference.Needed("name")) { Remainder = reference.Rest() };
    }

    /// <summary>Looks at a member without taking it.</summary>
    public JsonNode? Peek(string name) => members[name];

    /// <summary>All that was not taken.</summary>
    public Remainder Rest() => new() { JsonMembers = members };

    /// <summary>A fault at a member.</summary>
    public ApplicationFormatException Fault(string name, string what) => new(what, element: Path(name));

    private string Path(string name) => path.Length == 0 ? name : $"{path}.{name}";

    private JsonNode? Take(string name)
    {
        if (!members.Remove(name, out var value))
            return null;
        return value;
    }

    private static string Describe(JsonNode? node) => node switch
    {
        null => "null",
        JsonArray => "an array",
        JsonObject => "an object",
        JsonValue value when value.GetValueKind() == JsonValueKind.String => ApplicationFormatException.Echo(value.GetValue<string>()),
        _ => ApplicationFormatException.Short(node.ToJsonString()),
    };
}
