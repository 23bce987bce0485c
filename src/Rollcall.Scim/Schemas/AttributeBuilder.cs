namespace Rollcall.Scim.Schemas;

/// <summary>Short words for writing schemas as tables; each makes one attribute with the RFC's defaults.</summary>
internal static class AttributeBuilder
{
    public static ScimAttribute Text(string name, string description) => new() { Name = name, Description = description };

    public static ScimAttribute Flag(string name, string description) =>
        new() { Name = name, Type = AttributeType.Boolean, Description = description };

    public static ScimAttribute Number(string name, string description) =>
        new() { Name = name, Type = AttributeType.Integer, Description = description };

    public static ScimAttribute Time(string name, string description) =>
        new() { Name = name, Type = AttributeType.DateTime, Description = description };

    public static ScimAttribute Reference(string name, string description, params string[] referenceTypes) =>
        new() { Name = name, Type = AttributeType.Reference, CaseExact = true, Description = description, ReferenceTypes = referenceTypes };

    public static ScimAttribute Complex(string name, string description, params ScimAttribute[] subAttributes) =>
        new() { Name = name, Type = AttributeType.Complex, Description = description, SubAttributes = subAttributes };

    /// <summary>A multi-valued complex attribute with the standard sub-attributes of RFC 7643 §2.4.</summary>
    public static ScimAttribute Plural(string name, string description, ScimAttribute value, params string[] types) =>
        Complex(name, description,
            value,
            Text("display", "A name for people, for display only."),
            Text("type", "A label for the value's function.") with { CanonicalValues = types },
            Flag("primary", "Whether this is the preferred value; at most one is.")) with { MultiValued = true };

    public static ScimAttribute ReadOnly(this ScimAttribute attribute) => attribute with
    {
        Mutability = Mutability.ReadOnly,
        SubAttributes = [.. attribute.SubAttributes.Select(ReadOnly)],
    };

    public static ScimAttribute Required(this ScimAttribute attribute) => attribute with { Required = true };

    public static ScimAttribute CaseExact(this ScimAttribute attribute) => attribute with { CaseExact = true };

    public static ScimAttribute Immutable(this ScimAttribute attribute) => attribute with { Mutability = Mutability.Immutable };

    public static ScimAttribute MultiValued(this ScimAttribute attribute) => attribute with { MultiValued = true };

    public static ScimAttribute Returned(this ScimAttribute attribute, Returned returned) => attribute with { Returned = returned };
}
