namespace Rollcall.Scim.Schemas;

/// <summary>The data types of RFC 7643 §2.3.</summary>
public enum AttributeType
{
    /// <summary>Unicode text (§2.3.1).</summary>
    String,
    /// <summary>JSON true or false (§2.3.2).</summary>
    Boolean,
    /// <summary>A JSON number (§2.3.3).</summary>
    Decimal,
    /// <summary>A JSON number without fraction or exponent (§2.3.4).</summary>
    Integer,
    /// <summary>An xsd:dateTime with date and time (§2.3.5).</summary>
    DateTime,
    /// <summary>Base64 in a JSON string, compared case-exactly (§2.3.6).</summary>
    Binary,
    /// <summary>A URI, compared case-exactly (§2.3.7).</summary>
    Reference,
    /// <summary>An object of sub-attributes (§2.3.8).</summary>
    Complex,
}

/// <summary>Who may change an attribute, and when (RFC 7643 §7).</summary>
public enum Mutability
{
    /// <summary>Never by a client.</summary>
    ReadOnly,
    /// <summary>At any time.</summary>
    ReadWrite,
    /// <summary>Only where it has no value yet.</summary>
    Immutable,
    /// <summary>At any time, and never returned.</summary>
    WriteOnly,
}

/// <summary>When an attribute is part of a response (RFC 7643 §7).</summary>
public enum Returned
{
    /// <summary>In every response, whatever was asked for.</summary>
    Always,
    /// <summary>In no response.</summary>
    Never,
    /// <summary>Unless the request narrows the response.</summary>
    Default,
    /// <summary>Only where the request names it.</summary>
    Request,
}

/// <summary>Within what an attribute's value is unique (RFC 7643 §7).</summary>
public enum Uniqueness
{
    /// <summary>Nothing is promised.</summary>
    None,
    /// <summary>Within the resource type of one service provider (here: of one integration).</summary>
    Server,
    /// <summary>Everywhere.</summary>
    Global,
}

/// <summary>
/// One attribute of a schema with its characteristics (RFC 7643 §2.2, §7). The defaults of the properties are the
/// defaults of the RFC.
/// </summary>
public sealed record ScimAttribute
{
    /// <summary>The name as the schema writes it; compared without regard to case (§2.1).</summary>
    public required string Name { get; init; }

    /// <summary>The data type.</summary>
    public AttributeType Type { get; init; } = AttributeType.String;

    /// <summary>Whether the value is an array.</summary>
    public bool MultiValued { get; init; }

    /// <summary>For people who read the schema.</summary>
    public string Description { get; init; } = "";

    /// <summary>Whether a resource without it is refused.</summary>
    public bool Required { get; init; }

    /// <summary>Whether case matters when text is compared. Always so for references and binary values.</summary>
    public bool CaseExact { get; init; }

    /// <summary>Who may change it.</summary>
    public Mutability Mutability { get; init; } = Mutability.ReadWrite;

    /// <summary>When it is returned.</summary>
    public Returned Returned { get; init; } = Returned.Default;

    /// <summary>Within what it is unique.</summary>
    public Uniqueness Uniqueness { get; init; } = Uniqueness.None;

    /// <summary>Suggested values; clients may send others (§7).</summary>
    public IReadOnlyList<string> CanonicalValues { get; init; } = [];

    /// <summary>What a reference may point to: resource types, <c>uri</c> or <c>external</c>.</summary>
    public IReadOnlyList<string> ReferenceTypes { get; init; } = [];

    /// <summary>The parts of a complex attribute.</summary>
    public IReadOnlyList<ScimAttribute> SubAttributes { get; init; } = [];

    /// <summary>The sub-attribute of that name, in any case, or null.</summary>
    public ScimAttribute? Find(ReadOnlySpan<char> name) => FindIn(SubAttributes, name);

    /// <summary>Whether text is compared exactly: by <see cref="CaseExact"/> or by type (§2.3.6, §2.3.7).</summary>
    public bool ComparesExactly => CaseExact || Type is AttributeType.Reference or AttributeType.Binary;

    internal static ScimAttribute? FindIn(IReadOnlyList<ScimAttribute> attributes, ReadOnlySpan<char> name)
    {
        // Schemas are short: a scan beats hashing the slice of a path.
        for (var i = 0; i < attributes.Count; i++)
        {
            if (name.Equals(attributes[i].Name, StringComparison.OrdinalIgnoreCase))
                return attributes[i];
        }
        return null;
    }
}
