using Rollcall.Scim.Filters;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Paths;

/// <summary>
/// The target of a PATCH operation (RFC 7644 §3.5.2, Figure 7), bound to a resource type.
/// <list type="bullet">
/// <item><c>title</c>, <c>name.givenName</c>, <c>emails</c>, <c>emails.type</c> and a whole extension: only a target.</item>
/// <item><c>emails[type eq "work"]</c>: target <c>emails</c> and a filter that selects elements.</item>
/// <item><c>emails[type eq "work"].value</c>: target <c>emails.value</c> and the same filter.</item>
/// </list>
/// </summary>
/// <param name="Target">What is changed. With a filter, its attribute is multi-valued and complex.</param>
/// <param name="ValueFilter">Selects elements of <see cref="AttributePath.Attribute"/>, with paths relative to the element; or null.</param>
public sealed record PatchPath(AttributePath Target, Filter? ValueFilter)
{
    /// <summary>Reads a path.</summary>
    /// <param name="text">The path, not empty; a missing path is the caller's matter.</param>
    /// <param name="type">The type of the resource that is changed.</param>
    /// <param name="strict">Whether only what the RFC allows is read inside the brackets.</param>
    /// <exception cref="ScimException">
    /// 400 <c>invalidPath</c> for a malformed path or one that names nothing, <c>invalidFilter</c> for a fault inside the
    /// brackets.
    /// </exception>
    public static PatchPath Parse(string text, ResourceType type, bool strict)
    {
        var options = FilterOptions.Default with { Strict = strict };
        if (text.Length > options.MaxLength)
            throw ScimException.InvalidPath($"The path has {text.Length} characters, the limit is {options.MaxLength}.");
        var bracket = text.IndexOf('[', StringComparison.Ordinal);
        var name = bracket < 0 ? text : text[..bracket];
        var target = AttributePath.TryResolve(type, name)
            ?? throw ScimException.InvalidPath($"{type.Name} has no attribute {FilterReader.Echo(name)}.");
        return bracket < 0 ? new PatchPath(target, null) : ParseBrackets(text, bracket, target, type, options);
    }

    /// <summary>The path as the schemas write it.</summary>
    public override string ToString()
    {
        if (ValueFilter is null)
            return Target.ToString();
        var attribute = Target with { Sub = null };
        return Target.Sub is { } sub ? $"{attribute}[{ValueFilter}].{sub.Name}" : $"{attribute}[{ValueFilter}]";
    }

    private static PatchPath ParseBrackets(string text, int bracket, AttributePath target, ResourceType type, FilterOptions options)
    {
        if (target.Leaf is not { Type: AttributeType.Complex, MultiValued: true })
            throw ScimException.InvalidPath($"{target} has no elements to select, so brackets can't follow it.");
        var close = text.IndexOf(']', bracket);
        if (close > 0 && int.TryParse(text.AsSpan(bracket + 1, close - bracket - 1), out _))
            throw ScimException.InvalidPath($"Elements of {target} are selected by a filter, such as {target}[value eq \"…\"], not by position.");

        var reader = new FilterReader(text, bracket + 1);
        var filter = FilterParser.ParseElementFilter(reader, target, type, options);
        reader.SkipSpace();
        if (!reader.TryTake(']'))
            throw ScimException.InvalidPath($"Character {reader.Position + 1}: expected \"and\", \"or\" or \"]\".");
        if (reader.AtEnd)
            return new PatchPath(target, filter);

        if (!reader.TryTake('.'))
            throw ScimException.InvalidPath($"Character {reader.Position + 1}: only a dot and a sub-attribute may follow the brackets.");
        var sub = text[reader.Position..];
        return target.Attribute!.Find(sub) is { } attribute
            ? new PatchPath(target with { Sub = attribute }, filter)
            : throw ScimException.InvalidPath($"{target} has no attribute {FilterReader.Echo(sub)}.");
    }
}
