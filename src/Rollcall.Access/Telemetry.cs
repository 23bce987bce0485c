namespace Rollcall.Access;

/// <summary>The names of what the Access side tells of itself, for whoever listens (<see cref="System.Diagnostics.Metrics"/>).</summary>
public static class Telemetry
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Rollcall.Access";

    /// <summary>A counter: SCIM requests that were answered with 412, by integration.</summary>
    public const string PreconditionFailures = "rollcall.access.precondition.failures";

    /// <summary>A counter: bearer tokens that were remembered (<see cref="ResultTag"/> = hit) or had to be validated (miss).</summary>
    public const string TokenLookups = "rollcall.access.token.lookups";

    /// <summary>A gauge: how many Users an integration has.</summary>
    public const string Users = "rollcall.access.users";

    /// <summary>A gauge: how many Groups an integration sees.</summary>
    public const string Groups = "rollcall.access.groups";

    /// <summary>A gauge: direct members of all Groups of an integration.</summary>
    public const string Members = "rollcall.access.group.members";

    /// <summary>A gauge: direct members of the largest Group of an integration.</summary>
    public const string LargestGroup = "rollcall.access.group.members.largest";

    /// <summary>The tag of <see cref="TokenLookups"/>.</summary>
    public const string ResultTag = "result";

    /// <summary>The tag that names an integration. No other tag holds a name that a person chose.</summary>
    public const string IntegrationTag = "integration";
}
