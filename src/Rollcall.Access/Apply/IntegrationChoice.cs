using Rollcall.Access.Lists;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Access.Apply;

/// <summary>
/// Which integration a list of type <c>scim</c> belongs to: the one that was asked for, else that of the label, else the one
/// that the list has already, else the only one there is.
/// </summary>
internal sealed class IntegrationChoice
{
    private readonly IReadOnlyDictionary<long, string> _names;
    private readonly string? _asked;

    /// <summary>Prepares the choice.</summary>
    /// <param name="names">The integrations by id.</param>
    /// <param name="asked">The one that was asked for, or null.</param>
    /// <exception cref="ApiException">400: there is none of that name.</exception>
    public IntegrationChoice(IReadOnlyDictionary<long, string> names, string? asked)
    {
        _names = names;
        _asked = asked;
        if (asked is not null && IdOf(asked) is null)
            throw ApiException.Invalid("integration", $"There is no integration named '{asked.Truncate()}'.");
    }

    /// <summary>The integration of a list; null, with an error, where there is none to choose or it would change.</summary>
    public (long Id, string? Name)? Of(ListDocument document, AccessList? current, DocumentErrors errors)
    {
        if (document.Type != ListTypes.Scim)
            return (0, null);
        var wanted = _asked ?? document.Integration;
        var id = wanted is not null ? IdOf(wanted) : current?.IntegrationId ?? (_names.Count == 1 ? _names.Keys.Single() : null);
        if (id is null)
        {
            errors.Add(document.Error("metadata.labels", wanted is not null
                ? $"There is no integration named '{wanted.Truncate()}'."
                : $"A list of type scim belongs to an integration, and there {(_names.Count == 0 ? "is none" : $"are {_names.Count}")}. {(_names.Count == 0 ? "Create one first." : $"Name it with --integration, or with the label {ListDocument.IntegrationLabel}.")}"));
            return null;
        }
        if (current is not null && current.IntegrationId != id)
        {
            errors.Add(document.Error("metadata.labels", $"The access list belongs to the integration '{_names.GetValueOrDefault(current.IntegrationId)}' and can't be moved to '{wanted!.Truncate()}'. Make another list there."));
            return null;
        }
        return (id.Value, _names[id.Value]);
    }

    private long? IdOf(string name)
    {
        foreach (var (id, known) in _names)
        {
            if (known.Equals(name, StringComparison.OrdinalIgnoreCase))
                return id;
        }
        return null;
    }
}
