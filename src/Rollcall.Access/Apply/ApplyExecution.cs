using System.Text.Json;
using Rollcall.Access.Audit;
using Rollcall.Access.Lists;
using Rollcall.Access.People;
using Rollcall.Data;
using Rollcall.Scim;

namespace Rollcall.Access.Apply;

/// <summary>Carries a plan out in one transaction: all of it or nothing.</summary>
internal sealed class ApplyExecution
{
    // An audit row names so many members; member_history has them all.
    private const int MaxAuditedMembers = 100;

    // How often others may come between before the caller is asked to try again.
    private const int MaxAttempts = 5;

    private readonly WriteSession _session;
    private readonly ApplyPlan _plan;
    private readonly Dictionary<string, LockedList> _lists;
    private readonly Dictionary<string, long> _people = new(StringComparer.Ordinal);
    private ChangeContext _context;

    private ApplyExecution(WriteSession session, ChangeContext context, ApplyPlan plan, IEnumerable<LockedList> locked)
    {
        _session = session;
        _context = context with { Number = context.Number - 1 };
        _plan = plan;
        _lists = locked.ToDictionary(list => list.Name, StringComparer.Ordinal);
    }

    /// <summary>Carries the plan out, or a new one where it no longer fits.</summary>
    /// <returns>The plan that was carried out.</returns>
    /// <exception cref="Web.Api.ApiException">400: as things are now, the documents can't be applied; 409: they change too fast.</exception>
    public static async ValueTask<ApplyPlan> RunAsync(WriteSession session, ChangeContext context, ApplyPlanner planner, ApplyPlan plan)
    {
        await Hierarchy.LockAsync(session);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            // The rows first: what is compared then can't change any more.
            var locked = await LockedList.NamedAsync(session, plan.Changed.Select(list => list.Name));
            if (plan.Basis.IsCurrent(await planner.ReadBasisAsync(session), ownEdges: attempt == 0 ? 1 : 0))
            {
                await new ApplyExecution(session, context, plan, locked).RunAsync();
                return plan;
            }
            plan = await planner.PlanAsync(session);
        }
        throw Web.Api.ApiException.Conflict("Others change the same lists at the same time. Nothing was changed; repeat the request.");
    }

    private async ValueTask RunAsync()
    {
        // 1. What goes. The plan saw to it that nothing that stays has it.
        foreach (var list in _plan.Lists.Where(list => list.Action == PlannedAction.Delete))
            await new ListWrite(_session, NextChange(), _lists[list.Name]).DeleteAsync("list.delete");

        // 2. What comes, owners before what they own. Titles that are given up must be free by then.
        await FreeTitlesAsync();
        foreach (var list in OwnersFirst())
            await CreateAsync(list);

        // 3. What changes, with the members of what came.
        foreach (var list in _plan.Lists.Where(list => list.Action == PlannedAction.Update || (list.Action == PlannedAction.Create && list.Members.Count > 0)))
            await ChangeAsync(list);
    }

    /// <summary>Two lists may exchange their titles, and one may take what another gives up: for a moment nobody has them.</summary>
    private async ValueTask FreeTitlesAsync()
    {
        var ids = _plan.Lists.Where(list => list.Current is not null && TitleCheck.IsRetitled(list)).Select(list => list.Current!.Id).ToList();
        if (ids.Count > 0)
        {
            // No title holds a control character.
            await _session.ExecuteAsync($"update lists set title_key = $1 || cast(id as text) where id in ({_session.Dialect.NumberSet("$2")})", "\u0001", JsonSerializer.Serialize(ids));
        }
    }

    private IEnumerable<PlannedList> OwnersFirst()
    {
        var waiting = _plan.Lists.Where(list => list.Action == PlannedAction.Create).ToDictionary(list => list.Name, StringComparer.Ordinal);
        var ordered = new List<PlannedList>(waiting.Count);
        foreach (var list in waiting.Values.ToList())
            Visit(list);
        return ordered;

        // No deeper than the hierarchy may be.
        void Visit(PlannedList list)
        {
            if (!waiting.Remove(list.Name))
                return;
            foreach (var owner in list.Definition!.Owners.Where(owner => owner.Kind == MemberKind.List))
            {
                if (waiting.TryGetValue(owner.Name, out var first))
                    Visit(first);
            }
            ordered.Add(list);
        }
    }

    private async ValueTask CreateAsync(PlannedList list)
    {
        var created = await ListStore.CreateAsync(_session, NextChange(), list.Name, list.Type, list.IntegrationId, list.Definition!, edgesAreChecked: true);
        await _session.ExecuteAsync("update lists set applied = $2, made_by_scim = $3 where id = $1", created.Id, _session.Now, list.MadeByScim);
        _lists[list.Name] = created;
    }

    private async ValueTask ChangeAsync(PlannedList list)
    {
        var locked = _lists[list.Name];
        var write = new ListWrite(_session, NextChange(), locked);
        if (list is { Action: PlannedAction.Update, Definition: { } definition })
        {
            await write.DefineAsync(definition, locked.ScimId, locked.ExternalId);
            await write.Owners.SetAsync(definition.Owners, edgesAreChecked: true);
        }
        foreach (var kind in list.Members.Where(member => member.Action is PlannedAction.Update or PlannedAction.Delete).GroupBy(member => member.Kind))
            await write.Members.RemoveAsync(kind.Key, [.. kind.Select(member => member.MemberId!.Value)]);
        foreach (var alike in list.Members.Where(member => member.Terms is not null).GroupBy(member => (member.Kind, member.Terms)))
        {
            var ids = new List<long>();
            foreach (var member in alike)
                ids.Add(await IdOfAsync(member));
            await write.Members.AddAsync(alike.Key.Kind, ids, alike.Key.Terms);
        }
        await write.CommitAsync("list.update", operations: writer => WriteAudit(writer, list));
    }

    private async ValueTask<long> IdOfAsync(PlannedMember member)
    {
        if (member.MemberId is { } id)
            return id;
        if (member.Kind == MemberKind.List)
            return _lists[member.Name].Id;
        var key = ScimText.Fold(member.Name);
        if (!_people.TryGetValue(key, out var person))
            _people[key] = person = await PeopleStore.GetOrAddAsync(_session, member.Name);
        return person;
    }

    private static void WriteAudit(Utf8JsonWriter writer, PlannedList list)
    {
        WriteNames(writer, "fields", [.. list.Fields.Select(field => field.Field)]);
        WriteNames(writer, "add", Names(PlannedAction.Create));
        WriteNames(writer, "change", Names(PlannedAction.Update));
        WriteNames(writer, "remove", Names(PlannedAction.Delete));

        List<string> Names(PlannedAction action) => [.. list.Members.Where(member => member.Action == action).Select(member => member.Name)];
    }

    private static void WriteNames(Utf8JsonWriter writer, string name, List<string> values)
    {
        if (values.Count == 0)
            return;
        writer.WriteStartArray(name);
        foreach (var value in values.Take(MaxAuditedMembers))
            writer.WriteStringValue(value);
        writer.WriteEndArray();
        if (values.Count > MaxAuditedMembers)
            writer.WriteNumber($"{name}Count", values.Count);
    }

    private ChangeContext NextChange() => _context = _context with { Number = _context.Number + 1 };
}
