namespace Rollcall.Governance.Applications;

/// <summary>One SCIM server to govern (SailPoint: Application, Source).</summary>
/// <param name="Id">The id in the database.</param>
/// <param name="Name">Its name: 1 to 63 characters, lower-case letters, digits, <c>.</c>, <c>_</c> and <c>-</c>, the first a letter or digit.</param>
/// <param name="Definition">How it is governed.</param>
/// <param name="Version">The number of the definition's version, from 1.</param>
/// <param name="Created">When it was made, in microseconds since 1970 in UTC.</param>
/// <param name="Modified">When the version was saved.</param>
public sealed record Application(long Id, string Name, ApplicationDefinition Definition, long Version, long Created, long Modified);
