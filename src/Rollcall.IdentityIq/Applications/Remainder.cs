using System.Text.Json.Nodes;

namespace Rollcall.IdentityIq.Applications;

/// <summary>
/// What a document says of a thing beyond the model. It is written back into a document of the same kind: XML parts into XML, JSON
/// members into JSON.
/// </summary>
public sealed record Remainder
{
    /// <summary>XML attributes, by name.</summary>
    public IReadOnlyDictionary<string, string> XmlAttributes { get; init; } = new Dictionary<string, string>();

    /// <summary>XML elements, verbatim.</summary>
    public IReadOnlyList<string> XmlElements { get; init; } = [];

    /// <summary>JSON members.</summary>
    public JsonObject JsonMembers { get; init; } = [];
}
