using Rollcall.Access.Lists;
using Rollcall.Data;
using Rollcall.Web.Api;

namespace Rollcall.Access.Apply;

/// <summary>
/// Works out what has to happen so that the lists are as the documents say, and finds everything that stands against it: a
/// plan without errors can be carried out, whatever the order of the documents.
/// </summary>
/// <param name="documents">The documents.</param>
/// <param name="options">How they are to be applied.</param>
/// <param name="now">The time from which reviews are counted.</param>
internal sealed class ApplyPlanner(Documents documents, ApplyOptions options, DateTimeOffset now)
{
    private readonly ILookup<string, MemberDocument> _members = documents.Members.ToLookup(member => member.List, StringComparer.Ordinal);

    // All lists that the documents name.
    private readonly HashSet<string> _names = new(
        documents.Lists.Select(list => list.Name)
            .Concat(documents.Lists.SelectMany(list => list.Definition.Owners.Where(owner => owner.Kind == MemberKind.List).Select(owner => owner.Name)))
            .Concat(documents.Members.Select(member => member.List))
            .Concat(documents.Members.Where(member => member.MemberKind == MemberKind.List).Select(member => member.Name)),
        StringComparer.Ordinal);

    /// <summary>What there is, as far as a plan depends on it.</summary>
    public ValueTask<ApplyBasis> ReadBasisAsync(Session session) => ApplyBasis.ReadAsync(session, _names, options.Prune);

    /// <summary>Makes the plan from what one moment shows.</summary>
    /// <exception cref="ApiException">400 with all that stands against it.</exception>
    public async ValueTask<ApplyPlan> PlanAsync(Session session)
    {
        // 1. What there is.
        var errors = new DocumentErrors();
        var basis = await ReadBasisAsync(session);
        var integrations = new IntegrationChoice(basis.Integrations, options.Integration);
        var current = (await ListStore.NamedAsync(session, basis.Lists.Keys)).ToDictionary(list => list.Name, StringComparer.Ordinal);
        var members = new MemberPlanner(session, current, await People.PeopleStore.NamedAsync(session, Persons()), now);

        // 2. Each list of the documents, then the other lists that they name members of.
        var lists = new List<PlannedList>();
        var defined = new HashSet<string>(StringComparer.Ordinal);
        foreach (var document in documents.Lists)
        {
            defined.Add(document.Name);
            if (Plan(document, current.GetValueOrDefault(document.Name), integrations, errors) is { } list)
                lists.Add(await members.PlanAsync(list, [.. _members[document.Name]], isWholeSet: document.Type == ListTypes.Static && (options.Prune || _members.Contains(document.Name))));
        }
        foreach (var group in _members.Where(group => !defined.Contains(group.Key)))
        {
            if (current.GetValueOrDefault(group.Key) is { } list)
                lists.Add(await members.PlanAsync(Unchanged(list, basis), [.. group], isWholeSet: false));
            else
                AddAll(errors, group.Select(member => member.Error("spec.access_list", $"There is no access list named '{member.List}', neither here nor among the documents.")));
        }

        // 3. What apply made and no document names.
        foreach (var name in basis.Applied.Where(name => !defined.Contains(name)))
        {
            lists.RemoveAll(list => list.Name == name);
            lists.Add(Unchanged(current[name], basis) with { Action = PlannedAction.Delete });
        }

        // 4. Whether all of it together can be.
        new ReferenceCheck(documents, lists, current, errors).Run();
        await TitleCheck.RunAsync(session, documents, lists, errors);
        await NestingCheck.RunAsync(session, documents, lists, errors);
        errors.ThrowIfAny();
        return new ApplyPlan(lists, basis);
    }

    private PlannedList? Plan(ListDocument document, AccessList? current, IntegrationChoice integrations, DocumentErrors errors)
    {
        if (current is not null && current.Type != document.Type)
        {
            errors.Add(document.Error("spec.type", $"access_list \"{document.Name}\" type \"{current.Type}\" cannot be changed to \"{document.Type}\". Make another list."));
            return null;
        }
        if (integrations.Of(document, current, errors) is not { } integration)
            return null;
        if (document.Definition.Owners.Count == 0 && !(current is { MadeByScim: true, Definition.Owners.Count: 0 } || (current is null && document.MadeByScim)))
        {
            errors.Add(document.Error("spec.owners", "owners are missing: an access list has at least one owner."));
            return null;
        }
        // Most lists of a file have not changed.
        var isSame = current is not null && document.IsPlainly(current.Stored);
        var definition = isSame ? null : Complete(document.Definition, current?.Definition);
        var changes = current is null || isSame ? [] : FieldChange.Between(current.Definition, definition!);
        return new PlannedList
        {
            Name = document.Name,
            Type = document.Type,
            IntegrationId = integration.Id,
            Integration = integration.Name,
            Action = current is null ? PlannedAction.Create : changes.Count > 0 ? PlannedAction.Update : PlannedAction.Unchanged,
            Current = current,
            Definition = current is null || changes.Count > 0 ? definition : null,
            MadeByScim = document.MadeByScim,
            Fields = changes,
        };
    }

    /// <summary>Fills in what a document leaves to the server: the date of the next review, and labels that are not its own to set.</summary>
    private ListDefinition Complete(ListDefinition wanted, ListDefinition? current)
    {
        var labels = new Dictionary<string, string>(wanted.Labels, StringComparer.Ordinal);
        foreach (var (label, value) in current?.Labels.Where(label => ListDocument.IsReserved(label.Key)) ?? [])
            labels[label] = value;
        if (wanted.Audit is not { NextAuditDate: null } audit)
            return wanted with { Labels = labels };
        // The date in force stays as long as it follows from the same recurrence.
        var next = current?.Audit is { } before && before.Frequency == audit.Frequency && before.DayOfMonth == audit.DayOfMonth ? before.NextAuditDate : null;
        return wanted with { Labels = labels, Audit = audit with { NextAuditDate = next ?? audit.NextAfter(now) } };
    }

    private static PlannedList Unchanged(AccessList list, ApplyBasis basis) => new()
    {
        Name = list.Name,
        Type = list.Type,
        IntegrationId = list.IntegrationId,
        Integration = basis.Integrations.GetValueOrDefault(list.IntegrationId),
        Action = PlannedAction.Unchanged,
        Current = list,
    };

    private IEnumerable<string> Persons() => documents.Members.Where(member => member.MemberKind == MemberKind.Person).Select(member => member.Name);

    private static void AddAll(DocumentErrors errors, IEnumerable<DocumentError> all)
    {
        foreach (var error in all)
            errors.Add(error);
    }
}
