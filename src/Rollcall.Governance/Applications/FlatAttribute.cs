using System.Text.Json.Nodes;

namespace Rollcall.Governance.Applications;

/// <summary>
/// SailPoint's flattened names of SCIM attributes: <c>name.givenName</c> is a part of a single value;
/// <c>emails.work.value</c> a part of the element whose type is <c>work</c>, <c>emails.primary.work.value</c> of the one that is
/// also primary; <c>urn:…:User:department</c> an attribute of an extension.
/// </summary>
public static class FlatAttribute
{
    private static readonly string[] ReadOnly = ["id", "meta", "groups", "schemas"];
    private static readonly string[] MultiValued = ["emails", "phoneNumbers", "ims", "photos", "addresses", "entitlements", "roles", "x509Certificates"];

    /// <summary>Whether an attribute is the server's to set.</summary>
    public static bool IsReadOnly(string name) => ReadOnly.Contains(name.Split('.')[0], StringComparer.OrdinalIgnoreCase);

    /// <summary>Sets an attribute of a resource. <c>true</c> and <c>false</c> of <c>active</c> and <c>primary</c> become truth values.</summary>
    public static void Set(JsonObject resource, string name, string value)
    {
        if (name.StartsWith("urn:", StringComparison.OrdinalIgnoreCase))
        {
            SetExtension(resource, name, value);
            return;
        }
        var parts = name.Split('.');
        if (MultiValued.Contains(parts[0], StringComparer.Ordinal) && parts.Length > 1)
            SetElement(resource, parts, value);
        else
            SetPath(resource, parts, value);
    }

    private static void SetPath(JsonObject target, ReadOnlySpan<string> parts, string value)
    {
        for (; parts.Length > 1; parts = parts[1..])
        {
            if (target[parts[0]] is not JsonObject inner)
                target[parts[0]] = inner = [];
            target = inner;
        }
        target[parts[0]] = Value(parts[0], value);
    }

    // emails.[primary.][type.]part; without a type it is work, as SailPoint has it.
    private static void SetElement(JsonObject resource, string[] parts, string value)
    {
        var isPrimary = parts.Length > 2 && parts[1] == "primary";
        var rest = parts[(isPrimary ? 2 : 1)..];
        var type = rest.Length > 1 ? rest[0] : "work";
        if (resource[parts[0]] is not JsonArray elements)
            resource[parts[0]] = elements = [];
        if (elements.OfType<JsonObject>().FirstOrDefault(element => (string?)element["type"] == type) is not { } found)
            elements.Add(found = new JsonObject { ["type"] = type });
        if (isPrimary || elements.Count == 1)
            found["primary"] = true;
        found[rest[^1]] = Value(rest[^1], value);
    }

    private static void SetExtension(JsonObject resource, string name, string value)
    {
        var colon = name.LastIndexOf(':');
        var (uri, parts) = (name[..colon], name[(colon + 1)..].Split('.'));
        if (resource[uri] is not JsonObject extension)
        {
            resource[uri] = extension = [];
            if (resource["schemas"] is JsonArray schemas)
                schemas.Add(uri);
        }
        SetPath(extension, parts, value);
    }

    private static JsonValue Value(string name, string value) => name is "active" or "primary" && bool.TryParse(value, out var truth) ? JsonValue.Create(truth) : JsonValue.Create(value);
}
