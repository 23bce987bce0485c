using System.Globalization;
using System.Net;
using System.Text.Json;
using Rollcall.Testing.Histories;

namespace Rollcall.Access.Tests.Concurrency.Support;

/// <summary>How a store is wrong: the mistakes that real ones make.</summary>
public enum StoreFault
{
    None,
    VersionComparedBeforeTheLock,
    MembersLockedAndDeletedInOneStatement,
    MembersReadModifiedWritten,
    AnsweredBeforeTheCommit,
    UserBumpLeftOut,
    FeedRowOutsideTheTransaction,
}

/// <summary>
/// A store in memory that speaks enough SCIM for a storm and makes one mistake on purpose, so that the checker is checked.
/// It gives way to others wherever a real store waits.
/// </summary>
internal sealed class BrokenStore : HttpMessageHandler
{
    private readonly StoreFault _fault;
    private readonly Dictionary<string, Row> _lists;
    private readonly Dictionary<string, Row> _users = new(StringComparer.Ordinal);
    private readonly List<FeedRow> _feed = [];
    private readonly List<Task> _late = [];
    private readonly Lock _commit = new();
    private int _ids;

    public BrokenStore(StoreFault fault, IEnumerable<string> lists)
    {
        _fault = fault;
        _lists = lists.ToDictionary(id => id, _ => new Row(), StringComparer.Ordinal);
    }

    private sealed class Row
    {
        public SemaphoreSlim Lock { get; } = new(1);

        public long Revision { get; set; } = 1;

        // Members of a list, lists of a User.
        public HashSet<string> Related { get; set; } = new(StringComparer.Ordinal);
    }

    public async Task<StoreState> StateAsync()
    {
        await Task.WhenAll(_late);
        lock (_commit)
        {
            return new StoreState
            {
                Feed = [.. _feed],
                Lists = _lists.ToDictionary(row => row.Key, row => new StoreState.FinalState(row.Value.Revision, [.. row.Value.Related])),
                Users = _users.ToDictionary(row => row.Key, row => new StoreState.FinalState(row.Value.Revision, [.. row.Value.Related])),
            };
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var parts = request.RequestUri!.AbsolutePath.Trim('/').Split('/');
        var requestId = string.Create(CultureInfo.InvariantCulture, $"request-{Interlocked.Increment(ref _ids)}");
        var body = request.Content is null ? default : JsonElement.Parse(await request.Content.ReadAsStringAsync(cancellationToken));
        await Task.Yield();
        var response = (request.Method.Method, parts[0]) switch
        {
            ("GET", "Groups") => Read(_lists, parts[1], "members", Revision(request.Headers.IfNoneMatch)),
            ("GET", _) => Read(_users, parts[1], "groups", Revision(request.Headers.IfNoneMatch)),
            ("POST", _) => CreateUser(requestId),
            ("DELETE", _) => await DeleteUserAsync(parts[1], requestId),
            ("PUT", _) => await ChangeAsync(parts[1], MemberEdit.Replace(Values(body.GetProperty("members"))), Revision(request.Headers.IfMatch), requestId),
            _ => await ChangeAsync(parts[1], EditOf(body), Revision(request.Headers.IfMatch), requestId),
        };
        response.Headers.Add("X-Request-Id", requestId);
        await Task.Yield();
        return response;
    }

    private async Task<HttpResponseMessage> ChangeAsync(string id, MemberEdit edit, long? ifMatch, string requestId)
    {
        var list = _lists[id];
        long seen;
        HashSet<string> seenMembers;
        lock (_commit)
            (seen, seenMembers) = (list.Revision, [.. list.Related]);
        await Task.Yield();
        if (_fault == StoreFault.AnsweredBeforeTheCommit && ifMatch is null && !edit.ReplaceAll)
        {
            var promised = Answer(HttpStatusCode.NoContent, list.Revision + 1, changed: true);
            lock (_commit)
                _late.Add(Task.Run(() => ChangeLockedAsync(id, list, edit, null, list.Revision, seenMembers, requestId)));
            return promised;
        }
        // A PUT without precondition is held to what was there when it came.
        return await ChangeLockedAsync(id, list, edit, ifMatch ?? (edit.ReplaceAll ? seen : null), seen, seenMembers, requestId);
    }

    private async Task<HttpResponseMessage> ChangeLockedAsync(
        string id, Row list, MemberEdit edit, long? expected, long seen, HashSet<string> seenMembers, string requestId)
    {
        await list.Lock.WaitAsync();
        var lateFeed = false;
        List<FeedRow> rows = [];
        try
        {
            await Task.Yield();
            var found = _fault == StoreFault.VersionComparedBeforeTheLock ? seen : list.Revision;
            if (expected is not null && expected != found)
                return Refuse(found, expected.Value);
            lock (_commit)
            {
                if (!edit.Add.All(_users.ContainsKey))
                    return new HttpResponseMessage(HttpStatusCode.BadRequest);
                var (added, removed) = edit.On(_fault == StoreFault.MembersReadModifiedWritten ? seenMembers : list.Related);
                // Such a statement keeps the picture from before it waited for the lock.
                if (_fault == StoreFault.MembersLockedAndDeletedInOneStatement)
                    removed.RemoveAll(member => !seenMembers.Contains(member));
                if (added.Count + removed.Count == 0)
                    return Answer(HttpStatusCode.NoContent, list.Revision, changed: false);
                if (_fault == StoreFault.MembersReadModifiedWritten)
                    list.Related = [.. seenMembers];
                list.Related.UnionWith(added);
                list.Related.ExceptWith(removed);
                rows.Add(new FeedRow(false, id, ++list.Revision, requestId));
                foreach (var user in added)
                    rows.AddRange(Bump(user, requestId, groups => groups.Add(id)));
                foreach (var user in removed)
                    rows.AddRange(Bump(user, requestId, groups => groups.Remove(id), isLeftOut: _fault == StoreFault.UserBumpLeftOut && edit.ReplaceAll));
                lateFeed = _fault == StoreFault.FeedRowOutsideTheTransaction;
                if (!lateFeed)
                    _feed.AddRange(rows);
                return Answer(HttpStatusCode.NoContent, list.Revision, changed: true);
            }
        }
        finally
        {
            list.Lock.Release();
            if (lateFeed)
            {
                await Task.Yield();
                lock (_commit)
                    _feed.AddRange(rows);
            }
        }
    }

    private IEnumerable<FeedRow> Bump(string user, string requestId, Action<HashSet<string>> change, bool isLeftOut = false)
    {
        if (!_users.TryGetValue(user, out var row))
            return [];
        change(row.Related);
        return isLeftOut ? [] : [new FeedRow(true, user, ++row.Revision, requestId)];
    }

    private HttpResponseMessage CreateUser(string requestId)
    {
        lock (_commit)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"user-{Interlocked.Increment(ref _ids)}");
            _users.Add(id, new Row());
            _feed.Add(new FeedRow(true, id, 1, requestId));
            var response = Answer(HttpStatusCode.Created, 1, changed: true);
            response.Content = new StringContent(JsonSerializer.Serialize(new { id }));
            return response;
        }
    }

    private async Task<HttpResponseMessage> DeleteUserAsync(string id, string requestId)
    {
        var locked = _lists.OrderBy(list => list.Key, StringComparer.Ordinal).ToList();
        foreach (var (_, list) in locked)
            await list.Lock.WaitAsync();
        try
        {
            lock (_commit)
            {
                if (!_users.Remove(id, out var user))
                    return new HttpResponseMessage(HttpStatusCode.NotFound);
                _feed.AddRange(locked.Where(list => list.Value.Related.Remove(id)).Select(list => new FeedRow(false, list.Key, ++list.Value.Revision, requestId)));
                _feed.Add(new FeedRow(true, id, user.Revision + 1, requestId, IsDeletion: true));
                return Answer(HttpStatusCode.NoContent, null, changed: true);
            }
        }
        finally
        {
            locked.ForEach(list => list.Value.Lock.Release());
        }
    }

    private HttpResponseMessage Read(Dictionary<string, Row> rows, string id, string attribute, long? known)
    {
        lock (_commit)
        {
            if (!rows.TryGetValue(id, out var row))
                return new HttpResponseMessage(HttpStatusCode.NotFound);
            var response = Answer(known == row.Revision ? HttpStatusCode.NotModified : HttpStatusCode.OK, row.Revision, changed: null);
            if (known != row.Revision)
                response.Content = new StringContent(JsonSerializer.Serialize(new Dictionary<string, object> { [attribute] = row.Related.Select(value => new { value }) }));
            return response;
        }
    }

    private static HttpResponseMessage Refuse(long current, long given)
    {
        var response = Answer(HttpStatusCode.PreconditionFailed, current, changed: null);
        response.Content = new StringContent(JsonSerializer.Serialize(new { detail = $"the resource is at version W/\"{current}\", the request was made for W/\"{given}\"" }));
        return response;
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, long? revision, bool? changed)
    {
        var response = new HttpResponseMessage(status);
        if (revision is not null)
            response.Headers.TryAddWithoutValidation("ETag", $"W/\"{revision}\"");
        if (changed is { } known)
            response.Headers.Add("X-Rollcall-Changed", known ? "true" : "false");
        return response;
    }

    private static long? Revision(ICollection<System.Net.Http.Headers.EntityTagHeaderValue> tags) =>
        tags.Select(tag => (long?)long.Parse(tag.Tag.Trim('"'), CultureInfo.InvariantCulture)).SingleOrDefault();

    private static MemberEdit EditOf(JsonElement patch)
    {
        var operations = patch.GetProperty("Operations").EnumerateArray().ToLookup(operation => operation.GetProperty("op").GetString());
        return MemberEdit.Patch(
            [.. operations["add"].SelectMany(operation => Values(operation.GetProperty("value")))],
            [.. operations["remove"].Select(operation => operation.GetProperty("path").GetString()!.Split('"')[1])]);
    }

    private static List<string> Values(JsonElement members) => [.. members.EnumerateArray().Select(member => member.GetProperty("value").GetString()!)];
}
