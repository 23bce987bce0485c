using System.Text.Json;
using Rollcall.Access.Lists;
using Rollcall.Access.Scim;

namespace Rollcall.Access.Audit;

/// <summary>
/// What a PUT of a Group took back of what another client did in the last minute: the sign of two clients that overwrite each
/// other. Looked for among the members that the PUT changed, by keys alone.
/// </summary>
internal static class UndoneChanges
{
    private const long Window = 60_000_000;

    // So many changes, and so many members of each, are named.
    private const int MaxChanges = 10;
    private const int MaxMembers = 100;

    /// <summary>A change that was undone, at least in part.</summary>
    /// <param name="Revision">The revision that it made.</param>
    /// <param name="At">When, in microseconds since 1970 in UTC.</param>
    /// <param name="Code">What it was.</param>
    /// <param name="RequestId">The request that did it.</param>
    /// <param name="Client">The client, or null.</param>
    /// <param name="Added">Ids of members that it had added and that were removed.</param>
    /// <param name="Removed">Ids of members that it had removed and that were added.</param>
    public sealed record Undone(
        long Revision, long At, string Code, string RequestId, string? Client, IReadOnlyList<string> Added, IReadOnlyList<string> Removed);

    private readonly record struct Step(long Member, long Revision, long At, bool WasAdded);

    /// <summary>Finds them, newest first. To be called when the members have been changed.</summary>
    /// <param name="write">The write.</param>
    /// <param name="removed">The internal ids of Users that it removed.</param>
    /// <param name="added">Those that it added.</param>
    public static async ValueTask<IReadOnlyList<Undone>> FindAsync(ListWrite write, IReadOnlyList<long> removed, IReadOnlyList<long> added)
    {
        List<Step> steps = [.. await AddedLatelyAsync(write, removed), .. await RemovedLatelyAsync(write, added)];
        var found = new List<Undone>();
        foreach (var change in steps.GroupBy(step => (step.Revision, step.At)).OrderByDescending(change => change.Key.Revision).Take(MaxChanges))
        {
            if (await ChangeAsync(write, change.Key.Revision, change.Key.At) is { } undone && undone.Client != write.Context.Actor.Client)
            {
                found.Add(undone with
                {
                    Added = await ScimIdsAsync(write, change.Where(step => step.WasAdded)),
                    Removed = await ScimIdsAsync(write, change.Where(step => !step.WasAdded)),
                });
            }
        }
        return found;
    }

    /// <summary>Writes them as the key <c>undid</c>, if there are any.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<Undone> changes)
    {
        if (changes.Count == 0)
            return;
        writer.WriteStartArray("undid");
        foreach (var change in changes)
        {
            writer.WriteStartObject();
            writer.WriteNumber("revision", change.Revision);
            writer.WriteString("at", ScimTime.Format(change.At));
            writer.WriteString("code", change.Code);
            if (change.Client is { } client)
                writer.WriteString("client", client);
            writer.WriteString("requestId", change.RequestId);
            WriteIds(writer, "added", change.Added);
            WriteIds(writer, "removed", change.Removed);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteIds(Utf8JsonWriter writer, string name, IReadOnlyList<string> ids)
    {
        if (ids.Count == 0)
            return;
        writer.WriteStartArray(name);
        foreach (var id in ids)
            writer.WriteStringValue(id);
        writer.WriteEndArray();
    }

    // Those that are removed have just got their line in the history, with when they came.
    private static async ValueTask<List<Step>> AddedLatelyAsync(ListWrite write, IReadOnlyList<long> removed) =>
        removed.Count == 0 ? [] : await write.Session.ListAsync(
            $"""
             select member_id, from_revision, from_at from member_history
             where integration_id = $1 and list_id = $2 and kind = {(int)MemberKind.User} and member_id in ({write.Session.Dialect.NumberSet("$3")})
               and to_revision = $4 and from_at > $5
             """,
            row => new Step(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), WasAdded: true),
            write.List.IntegrationId, write.List.Id, JsonSerializer.Serialize(removed), write.Revision, write.Now - Window);

    private static async ValueTask<List<Step>> RemovedLatelyAsync(ListWrite write, IReadOnlyList<long> added) =>
        added.Count == 0 ? [] : await write.Session.ListAsync(
            $"""
             select h.member_id, h.to_revision, h.to_at
             from ({write.Session.Dialect.NumberSet("$3")}) s
             join member_history h on h.integration_id = $1 and h.list_id = $2 and h.kind = {(int)MemberKind.User} and h.member_id = s.value
               and h.to_revision = (select max(m.to_revision) from member_history m
                 where m.integration_id = $1 and m.list_id = $2 and m.kind = {(int)MemberKind.User} and m.member_id = s.value)
             where h.to_at > $4
             """,
            row => new Step(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), WasAdded: false),
            write.List.IntegrationId, write.List.Id, JsonSerializer.Serialize(added), write.Now - Window);

    // Times of a list's changes differ, so that one names one.
    private static ValueTask<Undone?> ChangeAsync(ListWrite write, long revision, long at) =>
        write.Session.FirstAsync(
            "select code, request_id, client from audit where resource_id = $1 and at = $2 and revision_after = $3 and outcome <> 'read'",
            row => new Undone(revision, at, row.GetString(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2), [], []),
            write.List.ScimId, at, revision);

    private static async ValueTask<IReadOnlyList<string>> ScimIdsAsync(ListWrite write, IEnumerable<Step> steps) =>
        await write.Session.ListAsync(
            $"select scim_id from users where id in ({write.Session.Dialect.NumberSet("$1")}) order by id",
            row => row.GetString(0), JsonSerializer.Serialize(steps.Take(MaxMembers).Select(step => step.Member)));
}
