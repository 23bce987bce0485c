namespace Rollcall.Governance.Identities;

/// <summary>A person in the organisation, whom accounts are correlated to.</summary>
/// <param name="Id">The id in the database.</param>
/// <param name="PublicId">The id that the organisation gave, stable for ever; compared exactly.</param>
/// <param name="Email">The e-mail address; compared without case.</param>
/// <param name="GivenName">The given name, or null.</param>
/// <param name="FamilyName">The family name, or null.</param>
/// <param name="ManagerPublicId">The public id of the manager, who need not be known yet; or null.</param>
/// <param name="Active">Whether the person is in service; false makes a leaver.</param>
/// <param name="Attributes">Further attributes by name.</param>
/// <param name="Revision">Grows by one with every change.</param>
/// <param name="Created">When it was made, in microseconds since 1970 in UTC.</param>
/// <param name="Modified">When it last changed.</param>
public sealed record Identity(
    long Id, string PublicId, string Email, string? GivenName, string? FamilyName, string? ManagerPublicId, bool Active,
    IReadOnlyDictionary<string, string> Attributes, long Revision, long Created, long Modified)
{
    /// <summary>The name for people: given and family name, else the e-mail address.</summary>
    public string DisplayName => $"{GivenName} {FamilyName}".Trim() is { Length: > 0 } name ? name : Email;
}
