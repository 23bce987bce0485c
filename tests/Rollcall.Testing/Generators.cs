using System.Text.Json.Nodes;
using CsCheck;
using Rollcall.Scim.Filters;
using Rollcall.Scim.Schemas;

namespace Rollcall.Testing;

/// <summary>
/// Random input for property tests. Values come from a small pool, so that filters often match; attributes are often
/// absent, names and values vary in case, text is not only ASCII.
/// </summary>
public static class Generators
{
    /// <summary>Random Users.</summary>
    public static Gen<JsonObject> Users { get; } = Resources(ResourceTypes.User);

    /// <summary>Random Groups.</summary>
    public static Gen<JsonObject> Groups { get; } = Resources(ResourceTypes.Group);

    /// <summary>
    /// Random resources of a type, with <c>id</c> (from a million), <c>schemas</c> and <c>meta</c>. Null, <c>[]</c> and
    /// <c>{}</c> stand in them now and then; required attributes may be missing.
    /// </summary>
    public static Gen<JsonObject> Resources(ResourceType type) => ResourceGenerator.Resources(type);

    /// <summary>Random valid filters of a type, as text.</summary>
    public static Gen<string> FilterTexts(ResourceType type) => FilterGenerator.Texts(type);

    /// <summary>Random filters of a type.</summary>
    public static Gen<Filter> Filters(ResourceType type) => FilterTexts(type).Select(text => FilterParser.Parse(text, type, FilterOptions.Default));
}
