namespace Rollcall.Governance.Identities;

/// <summary>What the organisation tells of a person: all of an identity but its id.</summary>
public sealed record IdentityDefinition
{
    /// <summary>The e-mail address; unique without case.</summary>
    public required string Email { get; init; }

    /// <summary>The given name, or null.</summary>
    public string? GivenName { get; init; }

    /// <summary>The family name, or null.</summary>
    public string? FamilyName { get; init; }

    /// <summary>The id of the manager, who need not be known yet; or null.</summary>
    public string? Manager { get; init; }

    /// <summary>Whether the person is in service; false makes a leaver.</summary>
    public bool Active { get; init; } = true;

    /// <summary>Further attributes by name.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>What an identity is now.</summary>
    public static IdentityDefinition Of(Identity identity) => new()
    {
        Email = identity.Email,
        GivenName = identity.GivenName,
        FamilyName = identity.FamilyName,
        Manager = identity.ManagerPublicId,
        Active = identity.Active,
        Attributes = identity.Attributes,
    };

    /// <summary>The names of what differs, never the values: they go to the audit log.</summary>
    public IReadOnlyList<string> ChangedFrom(IdentityDefinition before)
    {
        var changed = new List<string>();
        void Compare(string name, object? one, object? other)
        {
            if (!Equals(one, other))
                changed.Add(name);
        }
        Compare("email", Email, before.Email);
        Compare("givenName", GivenName, before.GivenName);
        Compare("familyName", FamilyName, before.FamilyName);
        Compare("manager", Manager, before.Manager);
        Compare("active", Active, before.Active);
        foreach (var name in Attributes.Keys.Union(before.Attributes.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
            Compare($"attributes.{name}", Attributes.GetValueOrDefault(name), before.Attributes.GetValueOrDefault(name));
        return changed;
    }
}
