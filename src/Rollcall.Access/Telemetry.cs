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

    /// <summary>A gauge: Groups of an integration that have no more direct members than <see cref="BoundTag"/> says.</summary>
    public const string GroupSizes = "rollcall.access.group.sizes";

    /// <summary>A gauge: changes that the reader of the change feed has before it who is furthest behind. Absent where nobody follows.</summary>
    public const string FeedLag = "rollcall.access.feed.lag";

    /// <summary>A counter: refusals and reads that the audit log had to do without, since too many waited to be written.</summary>
    public const string AuditDropped = "rollcall.access.audit.dropped";

    /// <summary>The tag of <see cref="TokenLookups"/>.</summary>
    public const string ResultTag = "result";

    /// <summary>The tag of <see cref="GroupSizes"/>: how many members at most, <c>+Inf</c> for any number.</summary>
    public const string BoundTag = "le";

    /// <summary>The tag that names an integration. No other tag holds a name that a person chose.</summary>
    public const string IntegrationTag = "integration";
}
