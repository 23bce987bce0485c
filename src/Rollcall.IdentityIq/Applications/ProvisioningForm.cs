namespace Rollcall.IdentityIq.Applications;

/// <summary>A provisioning policy: where the values of an account come from when it is created or updated.</summary>
public sealed record ProvisioningForm
{
    /// <summary>The policy by which accounts are made.</summary>
    public const string Create = "Create";

    /// <summary>The policy by which accounts are changed.</summary>
    public const string Update = "Update";

    /// <summary>What it is used for: <see cref="Create"/>, <see cref="Update"/>, or another, such as <c>Enable</c>; null if not said.</summary>
    public string? Type { get; init; }

    /// <summary>The name.</summary>
    public string? Name { get; init; }

    /// <summary>The kind of object, such as <c>account</c>.</summary>
    public string? ObjectType { get; init; }

    /// <summary>The fields, in sections as a person sees them.</summary>
    public IReadOnlyList<FormSection> Sections { get; init; } = [];

    /// <summary>What else is said of the policy.</summary>
    public Remainder Remainder { get; init; } = new();

    /// <summary>All fields, in order.</summary>
    public IEnumerable<FormField> Fields() => Sections.SelectMany(section => section.Fields);
}

/// <summary>A section of a provisioning policy. Identity Security Cloud knows no sections.</summary>
public sealed record FormSection
{
    /// <summary>The name; null for fields that stand in the policy itself.</summary>
    public string? Name { get; init; }

    /// <summary>The fields, in order.</summary>
    public IReadOnlyList<FormField> Fields { get; init; } = [];

    /// <summary>What else is said of the section.</summary>
    public Remainder Remainder { get; init; } = new();
}

/// <summary>
/// One target attribute and where its value comes from: at most one of <see cref="IdentityAttribute"/>, <see cref="Script"/> and
/// <see cref="Value"/>.
/// </summary>
public sealed record FormField
{
    /// <summary>The target attribute, named as in the schema.</summary>
    public required string Name { get; init; }

    /// <summary>Its type.</summary>
    public string? Type { get; init; }

    /// <summary>Whether it must have a value.</summary>
    public bool Required { get; init; }

    /// <summary>Whether it has several values.</summary>
    public bool MultiValued { get; init; }

    /// <summary>The attribute of the identity that gives the value, such as <c>email</c>.</summary>
    public string? IdentityAttribute { get; init; }

    /// <summary>A script that gives the value, verbatim; never run here.</summary>
    public string? Script { get; init; }

    /// <summary>The language of the script, if it is said.</summary>
    public string? ScriptLanguage { get; init; }

    /// <summary>A constant, or a template that this library does not read.</summary>
    public string? Value { get; init; }

    /// <summary>What else is said of the field, such as another transform.</summary>
    public Remainder Remainder { get; init; } = new();
}
