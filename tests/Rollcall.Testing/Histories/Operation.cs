using System.Globalization;
using System.Text;

namespace Rollcall.Testing.Histories;

/// <summary>What an operation does.</summary>
public enum OperationKind
{
    /// <summary>GET of a Group.</summary>
    ReadList,
    /// <summary>PATCH or PUT of a Group's members.</summary>
    ChangeList,
    /// <summary>GET of a User.</summary>
    ReadUser,
    /// <summary>POST of a User.</summary>
    CreateUser,
    /// <summary>DELETE of a User.</summary>
    DeleteUser,
}

/// <summary>One request of one client with its answer, as the client saw it.</summary>
public sealed record Operation
{
    /// <summary>Which client sent it.</summary>
    public required int Client { get; init; }

    /// <summary>What it does.</summary>
    public required OperationKind Kind { get; init; }

    /// <summary>The SCIM id of the Group or User; empty for one that was not made.</summary>
    public required string Target { get; init; }

    /// <summary>What was to become of the members, for <see cref="OperationKind.ChangeList"/>.</summary>
    public MemberEdit? Edit { get; init; }

    /// <summary>The revision in <c>If-Match</c>.</summary>
    public long? IfMatch { get; init; }

    /// <summary>The revision in <c>If-None-Match</c>.</summary>
    public long? IfNoneMatch { get; init; }

    /// <summary>When it was sent, by the monotonic clock of the recorder.</summary>
    public required long Start { get; init; }

    /// <summary>When its answer was there; <see cref="long.MaxValue"/> where none came.</summary>
    public long End { get; init; } = long.MaxValue;

    /// <summary>The status; null where no answer came.</summary>
    public int? Status { get; init; }

    /// <summary>The server's id of the request; null where no answer came.</summary>
    public string? RequestId { get; init; }

    /// <summary>The revision in <c>ETag</c>.</summary>
    public long? Revision { get; init; }

    /// <summary>What <c>X-Rollcall-Changed</c> says.</summary>
    public bool? Changed { get; init; }

    /// <summary>The members of the Group, or the Groups of the User, in the answer.</summary>
    public IReadOnlyList<string>? Seen { get; init; }

    /// <summary>The revision that a 412 says the request was made for, where the client gave none.</summary>
    public long? RefusedFor { get; init; }

    /// <summary>Whether the server said that it did it.</summary>
    public bool IsAcknowledged => Status is >= 200 and < 300;

    /// <summary>Whether it may have been done or not: no answer came, or one that does not say.</summary>
    public bool IsUnknown => Status is null or 500;

    /// <summary>Whether it is an acknowledged change of something.</summary>
    public bool IsChange => IsAcknowledged && Kind is OperationKind.ChangeList or OperationKind.CreateUser or OperationKind.DeleteUser && Changed != false;

    /// <summary>The operation on a line.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"client {Client,2} {Kind} {Short(Target)}");
        if (Edit is not null)
            text.Append(CultureInfo.InvariantCulture, $" {Edit}");
        if (IfMatch is not null)
            text.Append(CultureInfo.InvariantCulture, $" If-Match {IfMatch}");
        if (IfNoneMatch is not null)
            text.Append(CultureInfo.InvariantCulture, $" If-None-Match {IfNoneMatch}");
        text.Append(CultureInfo.InvariantCulture, $" -> {Status?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}");
        if (Revision is not null)
            text.Append(CultureInfo.InvariantCulture, $" revision {Revision}");
        if (Changed == false)
            text.Append(" unchanged");
        if (RefusedFor is not null)
            text.Append(CultureInfo.InvariantCulture, $" refused for {RefusedFor}");
        if (Seen is not null)
            text.Append(CultureInfo.InvariantCulture, $" sees {Seen.Count} {{{string.Join(' ', Seen.Take(8).Select(Short))}{(Seen.Count > 8 ? " …" : "")}}}");
        return text.ToString();
    }

    // The end of an id is what differs.
    internal static string Short(string id) => id.Length <= 6 ? id : id[^6..];
}

/// <summary>A change of a set of members as a client asks for it.</summary>
/// <param name="ReplaceAll">Whether the set becomes exactly <paramref name="Add"/>.</param>
/// <param name="Add">Who is a member afterwards.</param>
/// <param name="Remove">Who is not.</param>
public sealed record MemberEdit(bool ReplaceAll, IReadOnlyList<string> Add, IReadOnlyList<string> Remove)
{
    /// <summary>A PATCH.</summary>
    public static MemberEdit Patch(IReadOnlyList<string> add, IReadOnlyList<string> remove) => new(false, add, remove);

    /// <summary>A PUT.</summary>
    public static MemberEdit Replace(IReadOnlyList<string> members) => new(true, members, []);

    /// <summary>Who comes and who goes if the set is this.</summary>
    public (List<string> Added, List<string> Removed) On(IReadOnlySet<string> members) => (
        [.. Add.Distinct(StringComparer.Ordinal).Where(member => !members.Contains(member))],
        ReplaceAll
            ? [.. members.Except(Add, StringComparer.Ordinal)]
            : [.. Remove.Distinct(StringComparer.Ordinal).Where(members.Contains)]);

    /// <summary>The change on a line.</summary>
    public override string ToString() => ReplaceAll
        ? $"= {{{string.Join(' ', Add.Select(Operation.Short))}}}"
        : string.Join(' ', [.. Add.Select(member => "+" + Operation.Short(member)), .. Remove.Select(member => "-" + Operation.Short(member))]);
}
