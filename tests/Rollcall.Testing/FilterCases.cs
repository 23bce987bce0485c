using System.Text.Json.Nodes;
using Rollcall.Scim.Filters;
using Rollcall.Scim.Schemas;

namespace Rollcall.Testing;

/// <summary>One row of "matches" in <c>filters.json</c>: a filter and the resources that satisfy it.</summary>
/// <param name="Id">The matrix row and what it is about.</param>
/// <param name="Filter">The filter.</param>
/// <param name="Matches">The names of the resources, in the order of the file.</param>
/// <param name="Type">User (the default) or Group.</param>
/// <param name="Strict">Whether quirks of clients are refused.</param>
/// <param name="Root">Whether unknown attributes count as unassigned, as at the server root.</param>
public sealed record FilterMatch(string Id, string Filter, IReadOnlyList<string> Matches, string? Type = null, bool Strict = false, bool Root = false)
{
    /// <summary>The resource type.</summary>
    public ResourceType ResourceType => FilterCases.TypeOf(Type);

    /// <summary>The options that the row asks for.</summary>
    public FilterOptions Options => FilterCases.OptionsOf(Strict, Root);
}

/// <summary>One row of "faults" in <c>filters.json</c>: a filter that is refused with <c>invalidFilter</c>.</summary>
/// <param name="Id">The matrix row and what it is about.</param>
/// <param name="Filter">The filter.</param>
/// <param name="Detail">What the detail must contain.</param>
/// <param name="Type">User (the default) or Group.</param>
/// <param name="Strict">Whether quirks of clients are refused.</param>
/// <param name="Root">Whether unknown attributes count as unassigned, as at the server root.</param>
public sealed record FilterFault(string Id, string Filter, string Detail, string? Type = null, bool Strict = false, bool Root = false)
{
    /// <summary>The resource type.</summary>
    public ResourceType ResourceType => FilterCases.TypeOf(Type);

    /// <summary>The options that the row asks for.</summary>
    public FilterOptions Options => FilterCases.OptionsOf(Strict, Root);
}

/// <summary>The table <c>filters.json</c>: what the evaluator and every database must answer.</summary>
public static class FilterCases
{
    private static readonly JsonNode File = Cases.Read("filters.json");

    /// <summary>Filters and what they match.</summary>
    public static IReadOnlyDictionary<string, FilterMatch> Matches { get; } = Cases.Rows<FilterMatch>(File["matches"]!.AsArray());

    /// <summary>Filters that are refused.</summary>
    public static IReadOnlyDictionary<string, FilterFault> Faults { get; } = Cases.Rows<FilterFault>(File["faults"]!.AsArray());

    /// <summary>The resources of a type, by name; fresh copies with each call.</summary>
    public static IReadOnlyList<KeyValuePair<string, JsonObject>> Resources(ResourceType type) =>
        [.. File[type.Name == "Group" ? "groups" : "users"]!.AsObject().Select(entry => KeyValuePair.Create(entry.Key, entry.Value!.DeepClone().AsObject()))];

    internal static ResourceType TypeOf(string? name) => name == "Group" ? ResourceTypes.Group : ResourceTypes.User;

    internal static FilterOptions OptionsOf(bool strict, bool root) => FilterOptions.Default with
    {
        Strict = strict,
        UnknownAttribute = root ? UnknownAttribute.NoValue : UnknownAttribute.Refuse,
    };
}
