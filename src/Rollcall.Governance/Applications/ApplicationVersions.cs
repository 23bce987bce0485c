using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Data;
using Rollcall.Governance.Audit;
using Rollcall.Governance.Identities;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Applications;

/// <summary>Saves definitions as versions, after they have been checked.</summary>
internal static class ApplicationVersions
{
    /// <summary>Saves a definition and secrets; what changes nothing makes no version.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="change">Who saves it.</param>
    /// <param name="secrets">Where secrets are kept.</param>
    /// <param name="current">The application, locked.</param>
    /// <param name="definition">The definition.</param>
    /// <param name="values">Secrets to set; an empty one is removed.</param>
    /// <param name="restored">The number of the version that is restored; or null.</param>
    /// <param name="ofDocument">Whether it was made of a document, which may come before its secrets do.</param>
    /// <exception cref="ApiException">400: a rule is broken, or the owner is nobody.</exception>
    public static async ValueTask<Application> SaveAsync(
        WriteSession session, Change change, ApplicationSecrets secrets, Application current, ApplicationDefinition definition,
        IReadOnlyDictionary<string, string?> values, long? restored = null, bool ofDocument = false)
    {
        var names = (await ApplicationSecrets.NamesOfAsync(session, current.Id)).ToHashSet(StringComparer.Ordinal);
        // What an import left open is still open.
        var mayLack = ofDocument || ApplicationRules.MissingSecret(current.Definition.Authentication, names) is not null;
        foreach (var (name, value) in values)
            _ = string.IsNullOrEmpty(value) ? names.Remove(name) : names.Add(name);
        ApplicationRules.Check(definition, mayLack ? null : names);
        await CheckOwnerAsync(session, definition);
        var changed = Changed(current.Definition, definition);
        if (changed.Count == 0 && values.Count == 0)
            return current;
        await secrets.SetAsync(session, current.Id, values);
        return await ApplicationStore.SaveAsync(session, change, current, definition, new { changed, secrets = values.Keys, restored, document = ofDocument ? true : (bool?)null });
    }

    /// <summary>Checks that the owner is somebody.</summary>
    /// <exception cref="ApiException">400.</exception>
    public static async ValueTask CheckOwnerAsync(Session session, ApplicationDefinition definition)
    {
        if (definition.Owner is { } owner && await IdentityStore.FindAsync(session, owner) is null)
            throw ApiException.Invalid("definition.owner", $"There is no identity '{owner.Truncate()}' to own the application.");
    }

    /// <summary>The names of the members in which two definitions differ.</summary>
    public static List<string> Changed(ApplicationDefinition before, ApplicationDefinition after)
    {
        var (one, other) = (JsonSerializer.SerializeToNode(before, ApiJson.Options)!.AsObject(), JsonSerializer.SerializeToNode(after, ApiJson.Options)!.AsObject());
        return [.. one.Select(member => member.Key).Union(other.Select(member => member.Key)).Where(name => !JsonNode.DeepEquals(one[name], other[name])).Order(StringComparer.Ordinal)];
    }
}
