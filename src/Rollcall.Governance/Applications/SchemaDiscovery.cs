using System.Text.Json;
using Rollcall.Data;
using Rollcall.Governance.Audit;
using Rollcall.Scim.Client;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Applications;

/// <summary>An attribute of accounts or groups by SailPoint's flattened name (<see cref="FlatAttribute"/>).</summary>
/// <param name="Name">The name, such as <c>name.givenName</c>, <c>emails.work.value</c> or <c>meta.version</c>.</param>
/// <param name="Type">Its type: string, boolean, integer, decimal, dateTime, binary or reference.</param>
/// <param name="Multi">Whether it has several values.</param>
/// <param name="Required">Whether the server wants it.</param>
/// <param name="ReadOnly">Whether only the server sets it.</param>
/// <param name="Entitlement">Whether its values are entitlements: <c>groups</c>.</param>
public sealed record DiscoveredAttribute(string Name, string Type, bool Multi = false, bool Required = false, bool ReadOnly = false, bool Entitlement = false);

/// <summary>What a discovery found of a resource type.</summary>
/// <param name="Attributes">The attributes, by name.</param>
/// <param name="Added">The names that the discovery before had not.</param>
/// <param name="Removed">The names that are not there any more.</param>
/// <param name="Changed">The names whose facts changed.</param>
public sealed record DiscoveredSchema(IReadOnlyList<DiscoveredAttribute> Attributes, IReadOnlyList<string> Added, IReadOnlyList<string> Removed, IReadOnlyList<string> Changed);

/// <summary>Discovers the attributes of accounts and groups from <c>/ResourceTypes</c> and <c>/Schemas</c>, and keeps them.</summary>
public static class SchemaDiscovery
{
    private static readonly string[] SubAttributesOfElements = ["type", "primary", "display", "$ref"];

    // What every User and Group has, for relaxed servers that don't say.
    private static readonly Dictionary<string, IReadOnlyList<DiscoveredAttribute>> Defaults = new()
    {
        ["User"] =
        [
            new("active", "boolean"), new("displayName", "string"), new("emails.work.value", "string"), new("externalId", "string"), new("groups", "string", Multi: true, ReadOnly: true, Entitlement: true),
            new("id", "string", ReadOnly: true), new("meta.version", "string", ReadOnly: true), new("name.familyName", "string"), new("name.givenName", "string"), new("userName", "string", Required: true),
        ],
        ["Group"] = [new("displayName", "string", Required: true), new("id", "string", ReadOnly: true), new("meta.version", "string", ReadOnly: true)],
    };

    /// <summary>Asks a server for the attributes of Users and Groups.</summary>
    /// <param name="client">The server.</param>
    /// <param name="isRelaxed">Whether it may do without schemas.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>By resource type: <c>User</c> and <c>Group</c>.</returns>
    /// <exception cref="ScimClientException">It does not tell.</exception>
    public static async Task<IReadOnlyDictionary<string, IReadOnlyList<DiscoveredAttribute>>> AskAsync(ScimClient client, bool isRelaxed, CancellationToken cancellationToken)
    {
        try
        {
            var types = (await client.DiscoverAsync("/ResourceTypes", cancellationToken)).Items("Resources").ToList();
            var schemas = (await client.DiscoverAsync("/Schemas", cancellationToken)).Items("Resources").Where(schema => schema.Text("id") is not null)
                .DistinctBy(schema => schema.Text("id")).ToDictionary(schema => schema.Text("id")!, StringComparer.OrdinalIgnoreCase);
            return Defaults.Keys.ToDictionary(name => name, name => Flatten(name, types.FirstOrDefault(type => string.Equals(type.Text("name"), name, StringComparison.OrdinalIgnoreCase)), schemas));
        }
        catch (ScimClientException absent) when (isRelaxed && absent.Status is 404 or 405 or 501)
        {
            return Defaults;
        }
    }

    /// <summary>Keeps what was found, and tells how it differs from what was found before.</summary>
    public static async ValueTask<IReadOnlyDictionary<string, DiscoveredSchema>> KeepAsync(
        WriteSession session, Change change, Application application, IReadOnlyDictionary<string, IReadOnlyList<DiscoveredAttribute>> found)
    {
        var before = await FindAsync(session, application.Id);
        var result = new Dictionary<string, DiscoveredSchema>();
        foreach (var (type, attributes) in found)
        {
            var (old, now) = ((before.GetValueOrDefault(type) ?? []).ToDictionary(attribute => attribute.Name), attributes.ToDictionary(attribute => attribute.Name));
            result[type] = new DiscoveredSchema(attributes,
                [.. now.Keys.Except(old.Keys)], [.. old.Keys.Except(now.Keys)], [.. now.Where(attribute => old.TryGetValue(attribute.Key, out var other) && other != attribute.Value).Select(attribute => attribute.Key)]);
            await session.ExecuteAsync(
                """
                insert into application_schemas (application_id, resource_type, attributes, discovered) values ($1, $2, $3, $4)
                on conflict (application_id, resource_type) do update set attributes = excluded.attributes, discovered = excluded.discovered
                """,
                application.Id, type, JsonSerializer.Serialize(attributes, ApiJson.Options), session.Now);
        }
        await AuditLog.WriteAsync(session, change, "application.discover", ApplicationStore.Resource(application),
            result.ToDictionary(type => type.Key, type => new { type.Value.Added, type.Value.Removed, type.Value.Changed }));
        return result;
    }

    /// <summary>What the last discovery found, by resource type; empty before the first.</summary>
    public static async ValueTask<IReadOnlyDictionary<string, IReadOnlyList<DiscoveredAttribute>>> FindAsync(Session session, long applicationId) =>
        (await session.ListAsync("select resource_type, attributes from application_schemas where application_id = $1",
            row => (Type: row.GetString(0), Attributes: (IReadOnlyList<DiscoveredAttribute>)JsonSerializer.Deserialize<List<DiscoveredAttribute>>(row.GetString(1), ApiJson.Options)!), applicationId))
            .ToDictionary(schema => schema.Type, schema => schema.Attributes);

    private static IReadOnlyList<DiscoveredAttribute> Flatten(string name, JsonElement type, IReadOnlyDictionary<string, JsonElement> schemas)
    {
        var core = type.ValueKind == JsonValueKind.Object ? type.Text("schema") : null;
        var attributes = new Dictionary<string, DiscoveredAttribute>(StringComparer.Ordinal);
        if (core is not null && schemas.TryGetValue(core, out var schema))
            Add(schema, "");
        foreach (var extension in type.ValueKind == JsonValueKind.Object ? type.Items("schemaExtensions") : [])
        {
            if (extension.Text("schema") is { } uri && schemas.TryGetValue(uri, out var added))
                Add(added, uri + ":");
        }
        // These belong to every resource (RFC 7643 §3.1), also where no schema names them.
        foreach (var common in Defaults[name].Where(attribute => attribute.Name is "id" or "meta.version"))
            attributes.TryAdd(common.Name, common);
        return [.. attributes.Values.OrderBy(attribute => attribute.Name, StringComparer.Ordinal)];

        void Add(JsonElement from, string prefix)
        {
            foreach (var attribute in from.Items("attributes").SelectMany(attribute => Flatten(attribute, prefix)))
                attributes.TryAdd(attribute.Name, attribute);
        }
    }

    private static IEnumerable<DiscoveredAttribute> Flatten(JsonElement attribute, string prefix)
    {
        if (attribute.Text("name") is not { Length: > 0 } name)
            return [];
        var (isMulti, parts) = (attribute.IsTrue("multiValued"), attribute.Items("subAttributes").ToList());
        if (prefix.Length == 0 && name is "groups" or "members")
            return [Of(attribute, name, "string", isMulti: true) with { Entitlement = name == "groups" }];
        if (parts.Count == 0)
            return [Of(attribute, prefix + name, attribute.Text("type") ?? "string", isMulti)];
        if (!isMulti)
            return parts.Where(part => part.Text("name") is not null).Select(part => Of(part, $"{prefix}{name}.{part.Text("name")}", part.Text("type") ?? "string", part.IsTrue("multiValued")));
        // Elements are told apart by their type: emails.work.value.
        var types = parts.FirstOrDefault(part => part.Text("name") == "type") is { ValueKind: JsonValueKind.Object } type
            ? type.Items("canonicalValues").Select(value => value.GetString()).OfType<string>().DefaultIfEmpty("work")
            : [];
        return types.SelectMany(kind => parts.Where(part => part.Text("name") is { } partName && !SubAttributesOfElements.Contains(partName))
            .Select(part => Of(part, $"{prefix}{name}.{kind}.{part.Text("name")}", part.Text("type") ?? "string", isMulti: false)))
            .DefaultIfEmpty(Of(attribute, prefix + name, "string", isMulti: true));
    }

    private static DiscoveredAttribute Of(JsonElement attribute, string name, string type, bool isMulti) =>
        new(name, type, isMulti, attribute.IsTrue("required"), attribute.Text("mutability") == "readOnly");
}
