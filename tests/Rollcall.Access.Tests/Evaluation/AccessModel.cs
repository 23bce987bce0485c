using System.Collections.Immutable;

namespace Rollcall.Access.Tests.Evaluation;

/// <summary>A list of the model. Members and owners are keys: <c>person:NAME</c>, <c>user:ID</c>, <c>list:NAME</c>. Grants and requirements are texts, traits as <c>key=value</c>.</summary>
internal sealed record ModelList(
    ImmutableSortedDictionary<string, long?> Members, ImmutableSortedSet<string> Owners, ImmutableSortedSet<string> Grants, ImmutableSortedSet<string> OwnerGrants,
    ImmutableSortedSet<string> Requires, ImmutableSortedSet<string> OwnerRequires)
{
    public static ModelList Empty { get; } = new(ImmutableSortedDictionary<string, long?>.Empty, [], [], [], [], []);
}

/// <summary>
/// What evaluation means, as plainly as it can be said: the oracle. It goes down from each list to whoever is on it, while the
/// store goes up from the person, and keeps a whole copy of the world for each moment.
/// </summary>
internal sealed record AccessModel
{
    public ImmutableSortedDictionary<string, ModelList> Lists { get; init; } = ImmutableSortedDictionary<string, ModelList>.Empty;

    /// <summary>Users by id: the person and whether the User is active.</summary>
    public ImmutableSortedDictionary<string, (string Person, bool Active)> Users { get; init; } = ImmutableSortedDictionary<string, (string, bool)>.Empty;

    /// <summary>What the local Users of people have of their own.</summary>
    public ImmutableSortedDictionary<string, ImmutableSortedSet<string>> Own { get; init; } = ImmutableSortedDictionary<string, ImmutableSortedSet<string>>.Empty;

    public ImmutableSortedSet<string> Blocked { get; init; } = [];

    /// <summary>Every way from a person to a list: <c>member:inner/outer</c> with the reasons why it has no effect.</summary>
    public IEnumerable<(string Way, string List, ImmutableList<string> Reasons)> Ways(string person, long at)
    {
        foreach (var (name, list) in Lists)
        {
            foreach (var (path, reasons) in Members(name, person, at))
                yield return ($"member:{path}", name, reasons);
            foreach (var owner in list.Owners)
            {
                var missing = Missing(name, list.OwnerRequires, person);
                if (owner == $"person:{person}")
                    yield return ($"owner:{name}", name, [.. Standing(person, null), .. missing]);
                if (owner.StartsWith("list:", StringComparison.Ordinal))
                {
                    foreach (var (path, reasons) in Members(owner[5..], person, at))
                        yield return ($"owner:{path}/{name}", name, [.. reasons, .. missing]);
                }
            }
        }
    }

    /// <summary>What the lists give a person.</summary>
    public ImmutableSortedSet<string> Given(string person, long at) =>
        [.. Ways(person, at).Where(way => way.Reasons.IsEmpty).SelectMany(way => way.Way.StartsWith("member", StringComparison.Ordinal) ? Lists[way.List].Grants : Lists[way.List].OwnerGrants)];

    /// <summary>Whether a list may become a member, or an owner, of another.</summary>
    public bool MayHold(string parent, string child, bool asOwner) =>
        !IsWithin(parent, child) && (asOwner ? 0 : Up(parent)) + 1 + Down(child) <= 10;

    private IEnumerable<(string Path, ImmutableList<string> Reasons)> Members(string name, string person, long at)
    {
        foreach (var (member, expires) in Lists[name].Members)
        {
            ImmutableList<string> here = [.. expires <= at ? [$"EXPIRED@{name}"] : Array.Empty<string>(), .. Missing(name, Lists[name].Requires, person)];
            var user = member.StartsWith("user:", StringComparison.Ordinal) && Users[member[5..]].Person == person ? member[5..] : null;
            if (user is not null || member == $"person:{person}")
                yield return (name, [.. Standing(person, user), .. here]);
            if (member.StartsWith("list:", StringComparison.Ordinal))
            {
                foreach (var (path, reasons) in Members(member[5..], person, at))
                    yield return ($"{path}/{name}", [.. reasons, .. here]);
            }
        }
    }

    private IEnumerable<string> Standing(string person, string? user)
    {
        var active = user is null ? Users.Values.Where(candidate => candidate.Person == person).Select(candidate => candidate.Active).Concat(Own.ContainsKey(person) ? [true] : []).ToList() : [Users[user].Active];
        return Blocked.Contains(person) ? ["BLOCKED"] : active.Count == 0 ? ["USER_NOT_EXIST"] : active.Contains(true) ? [] : ["USER_INACTIVE"];
    }

    private IEnumerable<string> Missing(string list, ImmutableSortedSet<string> required, string person)
    {
        var missing = required.Except(Own.GetValueOrDefault(person, []));
        return missing.IsEmpty ? [] : [$"MISSING_REQUIREMENTS@{list}:{string.Join(',', missing)}"];
    }

    private bool IsWithin(string list, string outer) =>
        list == outer || Lists[outer].Members.Keys.Concat(Lists[outer].Owners).Where(key => key.StartsWith("list:", StringComparison.Ordinal)).Any(key => IsWithin(list, key[5..]));

    private int Down(string list) => Lists[list].Members.Keys.Where(key => key.StartsWith("list:", StringComparison.Ordinal)).Select(key => Down(key[5..]) + 1).DefaultIfEmpty(0).Max();

    private int Up(string list) => Lists.Where(candidate => candidate.Value.Members.ContainsKey($"list:{list}")).Select(candidate => Up(candidate.Key) + 1).DefaultIfEmpty(0).Max();
}
