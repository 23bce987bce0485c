using System.Text.Json;
using Rollcall.Access.Lists;
using Rollcall.Data;
using Rollcall.Scim;

namespace Rollcall.Access.Apply;

/// <summary>Lists that are named as owners and members must be there when all is done.</summary>
internal sealed class ReferenceCheck(Documents documents, IReadOnlyList<PlannedList> lists, IReadOnlyDictionary<string, AccessList> current, DocumentErrors errors)
{
    private readonly HashSet<string> _defined = new(documents.Lists.Select(list => list.Name), StringComparer.Ordinal);
    private readonly HashSet<string> _deleted = new(lists.Where(list => list.Action == PlannedAction.Delete).Select(list => list.Name), StringComparer.Ordinal);

    /// <summary>Notes what is missing.</summary>
    public void Run()
    {
        foreach (var list in documents.Lists)
        {
            foreach (var owner in list.Definition.Owners.Where(owner => owner.Kind == MemberKind.List))
                Check(owner.Name, text => list.Error("spec.owners", text));
        }
        foreach (var member in documents.Members)
        {
            if (_deleted.Contains(member.List))
                errors.Add(member.Error("spec.access_list", $"The access list '{member.List}' would be deleted by prune, since no document defines it. Add its document."));
            // Members of other lists are not looked at.
            if (member.MemberKind == MemberKind.List && current.GetValueOrDefault(member.List)?.Type != ListTypes.Scim)
                Check(member.Name, text => member.Error("spec.name", text));
        }
    }

    private void Check(string name, Func<string, DocumentError> error)
    {
        if (_deleted.Contains(name))
            errors.Add(error($"The access list '{name}' would be deleted by prune, since no document defines it. Add its document."));
        else if (!_defined.Contains(name) && !current.ContainsKey(name))
            errors.Add(error($"There is no access list named '{name}', neither here nor among the documents."));
    }
}

/// <summary>Titles of lists of type <c>scim</c> are unique in their integration, regardless of case, when all is done.</summary>
internal static class TitleCheck
{
    /// <summary>Whether a list gets another title, or is made.</summary>
    public static bool IsRetitled(PlannedList list) =>
        list is { Type: ListTypes.Scim, Definition: { } definition } && (list.Current is null || ScimText.Fold(list.Current.Definition.Title) != ScimText.Fold(definition.Title));

    /// <summary>Notes titles that two lists would have.</summary>
    public static async ValueTask RunAsync(Session session, Documents documents, IReadOnlyList<PlannedList> lists, DocumentErrors errors)
    {
        var retitled = lists.Where(IsRetitled).ToList();
        if (retitled.Count == 0)
            return;
        var places = documents.Lists.ToDictionary(list => list.Name, StringComparer.Ordinal);
        // Those who give up their title first.
        var freed = retitled.Where(list => list.Current is not null).Concat(lists.Where(list => list.Action == PlannedAction.Delete)).Select(list => list.Name).ToHashSet(StringComparer.Ordinal);
        var taken = new Dictionary<(long, string), string>();
        await session.EachAsync(
            $"""
             select integration_id, title_key, name from lists where type = 'scim'
               and integration_id in ({session.Dialect.NumberSet("$1")}) and title_key in ({session.Dialect.TextSet("$2")})
             """,
            row =>
            {
                if (!freed.Contains(row.GetString(2)))
                    taken[(row.GetInt64(0), row.GetString(1))] = row.GetString(2);
            },
            JsonSerializer.Serialize(retitled.Select(list => list.IntegrationId).Distinct()), JsonSerializer.Serialize(retitled.Select(KeyOf)));
        foreach (var list in retitled)
        {
            if (!taken.TryAdd((list.IntegrationId, KeyOf(list)), list.Name))
                errors.Add(places[list.Name].Error("spec.title", $"The access list '{taken[(list.IntegrationId, KeyOf(list))]}' has this title already in the integration '{list.Integration}'. Choose another."));
        }
    }

    private static string KeyOf(PlannedList list) => ScimText.Fold(list.Definition!.Title);
}

/// <summary>Lists in lists: no circles, not too deep, and nothing is deleted that another list still has, when all is done.</summary>
internal static class NestingCheck
{
    /// <summary>Notes what breaks the rules of <see cref="Hierarchy"/>.</summary>
    public static async ValueTask RunAsync(Session session, Documents documents, IReadOnlyList<PlannedList> lists, DocumentErrors errors)
    {
        var deleted = lists.Where(list => list.Action == PlannedAction.Delete).Select(list => list.Name).ToHashSet(StringComparer.Ordinal);
        var added = Added(lists).ToList();
        // What refers to nothing was noted before, and would only be noted again.
        if ((added.Count == 0 && deleted.Count == 0) || !errors.IsEmpty)
            return;
        var graph = await HierarchyGraph.ReadAsync(session);
        foreach (var list in lists)
        {
            if (deleted.Contains(list.Name))
                graph.RemoveParent(list.Name);
            if (list.OwnersChange)
                graph.RemoveOwners(list.Name);
            foreach (var member in list.Members.Where(member => member is { Action: PlannedAction.Delete, Kind: MemberKind.List }))
                graph.RemoveMember(list.Name, member.Name);
        }
        foreach (var (parent, child, isOwner) in added)
            graph.Add(parent, child, isOwner);
        foreach (var (parent, child) in graph.Edges.Where(edge => deleted.Contains(edge.Child)))
            errors.Add(new DocumentError($"The access list '{child}' can't be deleted by prune: it is a member or an owner of '{parent}'. Remove it there, or add its document.", Kind: ListDocument.Kind, Name: child));
        graph.Check(added, (number, text) => errors.Add(ErrorAt(documents, added[number], text)));
    }

    private static IEnumerable<(string Parent, string Child, bool IsOwner)> Added(IEnumerable<PlannedList> lists) => lists.SelectMany(list =>
        (list.OwnersChange ? list.Definition!.Owners.Where(owner => owner.Kind == MemberKind.List).Select(owner => (list.Name, owner.Name, true)) : [])
        .Concat(list.Members.Where(member => member is { Action: PlannedAction.Create, Kind: MemberKind.List }).Select(member => (list.Name, member.Name, false))));

    private static DocumentError ErrorAt(Documents documents, (string Parent, string Child, bool IsOwner) edge, string text) => edge.IsOwner
        ? documents.Lists.First(list => list.Name == edge.Parent).Error("spec.owners", text)
        : documents.Members.First(member => member.List == edge.Parent && member.MemberKind == MemberKind.List && member.Name == edge.Child).Error("spec.name", text);
}
