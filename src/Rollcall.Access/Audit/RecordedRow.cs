namespace Rollcall.Access.Audit;

/// <summary>What came of a request, as the audit log says it.</summary>
internal static class Outcomes
{
    /// <summary>A change was made, or a token issued.</summary>
    public const string Done = "done";

    /// <summary>A write that found everything as it should be: nothing was changed.</summary>
    public const string Unchanged = "unchanged";

    /// <summary>A write, or a caller, that was turned away.</summary>
    public const string Refused = "refused";

    /// <summary>A write that the server could not carry out, or does not know whether it did.</summary>
    public const string Failed = "failed";

    /// <summary>A read, or several of a minute.</summary>
    public const string Read = "read";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Done, Unchanged, Refused, Failed, Read];
}

/// <summary>A row of the audit log that is written after its request: a refusal, a read, or a minute's worth of them.</summary>
/// <param name="RequestId">The request; of several the first.</param>
/// <param name="At">When it came, in microseconds since 1970 in UTC.</param>
/// <param name="Route">What was asked for.</param>
/// <param name="Outcome">One of <see cref="Outcomes"/>.</param>
/// <param name="IntegrationId">Whose endpoint it was; 0 for here.</param>
/// <param name="Actor">Who asked, as far as that was proven.</param>
/// <param name="ResourceId">What it was about, as the caller wrote it; empty where it named nothing.</param>
/// <param name="Request">The request.</param>
internal sealed record RecordedRow(
    string RequestId, long At, AuditRoute Route, string Outcome, long IntegrationId, Actor Actor, string ResourceId, RequestFacts Request)
{
    /// <summary>The <see cref="Number"/> of a row that stands for several requests.</summary>
    public const int Summary = -1;

    /// <summary>The number of the operation within a bulk request, as its change would have had it; 0 for a request itself.</summary>
    public int Number { get; init; }

    /// <summary>How many requests the row stands for; 0 where it stands for itself alone.</summary>
    public int Count { get; init; }

    /// <summary>The <c>scimType</c> of the error that was answered.</summary>
    public string? ScimType { get; init; }

    /// <summary>The detail of the error that was answered, without what it repeats of the request.</summary>
    public string? Detail { get; init; }

    /// <summary>Rows with their JSON columns made, so that the writer need not make them.</summary>
    public static List<ReadyRow> Ready(IReadOnlyCollection<RecordedRow> rows)
    {
        var ready = new List<ReadyRow>(rows.Count);
        foreach (var row in rows)
        {
            // Many rows in a row are of the same client.
            var actor = ready.Count > 0 && ready[^1].Row.Actor == row.Actor ? ready[^1].Actor : AuditJson.Of(row.Actor);
            ready.Add(new ReadyRow(row, actor, AuditJson.Of(row.Request), AuditJson.OperationsOf(row)));
        }
        return ready;
    }
}

/// <summary>A row that is ready to be written.</summary>
/// <param name="Row">The row.</param>
/// <param name="Actor">Its column <c>actor</c>.</param>
/// <param name="Request">Its column <c>request</c>.</param>
/// <param name="Operations">Its column <c>operations</c>.</param>
internal readonly record struct ReadyRow(RecordedRow Row, string Actor, string Request, string? Operations);

/// <summary>What the audit log keeps of a request.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path, without query.</param>
/// <param name="Status">The status that was answered.</param>
/// <param name="Duration">How long it took; null where nobody measured.</param>
/// <param name="VersionGiven">The version that the request was made for, or null.</param>
/// <param name="VersionFound">The version that was there, where one was given.</param>
internal readonly record struct RequestFacts(
    string Method, string Path, int Status, TimeSpan? Duration, string? VersionGiven = null, string? VersionFound = null);
