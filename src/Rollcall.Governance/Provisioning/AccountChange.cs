using System.Text.Json.Nodes;

namespace Rollcall.Governance.Provisioning;

/// <summary>Works out the PATCH that makes one representation of a User into another; pure.</summary>
internal static class AccountChange
{
    /// <summary>
    /// One operation for each attribute that differs, with its whole value: so that an address keeps its type and stays primary
    /// where only its value changes. An extension's attributes are named one by one.
    /// </summary>
    /// <param name="before">What was read.</param>
    /// <param name="after">What it is to be.</param>
    public static JsonArray Operations(JsonObject before, JsonObject after)
    {
        var operations = new JsonArray();
        foreach (var (name, value) in after)
        {
            if (name is "schemas" or "meta" or "id" or "groups" || JsonNode.DeepEquals(before[name], value))
                continue;
            if (name.StartsWith("urn:", StringComparison.OrdinalIgnoreCase) && value is JsonObject extension)
            {
                foreach (var (part, partValue) in extension)
                {
                    if (!JsonNode.DeepEquals((before[name] as JsonObject)?[part], partValue))
                        operations.Add(Replace($"{name}:{part}", partValue));
                }
            }
            else
            {
                operations.Add(Replace(name, value));
            }
        }
        return operations;
    }

    /// <summary>Whether two representations of a User agree in all that operations set.</summary>
    public static bool IsSame(JsonObject one, JsonObject other, JsonArray operations) =>
        operations.All(operation => JsonNode.DeepEquals(Find(one, (string)operation!["path"]!), Find(other, (string)operation["path"]!)));

    private static JsonNode? Find(JsonObject user, string path) => path.StartsWith("urn:", StringComparison.OrdinalIgnoreCase) && path.LastIndexOf(':') is var end
        ? (user[path[..end]] as JsonObject)?[path[(end + 1)..]]
        : user[path];

    private static JsonObject Replace(string path, JsonNode? value) => new() { ["op"] = "replace", ["path"] = path, ["value"] = value?.DeepClone() };
}
