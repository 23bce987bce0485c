using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Rollcall.IdentityIq.Applications;

namespace Rollcall.IdentityIq;

/// <summary>
/// Replaces every secret of a document by a placeholder and keeps it apart. It runs over all that is read, known or not, and over all
/// that is written: a definition that somebody put a secret into is exported without it.
/// </summary>
/// <param name="encrypted">The keys that the document itself calls encrypted.</param>
internal sealed class SecretCutter(IEnumerable<string> encrypted)
{
    private readonly HashSet<string> _encrypted = [.. encrypted];

    /// <summary>What was cut out, by path.</summary>
    public Dictionary<string, string> Secrets { get; } = [];

    /// <summary>What could not be read, as sentences.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Cuts the secrets out of an element and all below it.</summary>
    public void Cut(XElement element) => Cut(element, "", null);

    /// <summary>Cuts the secrets out of an object and all below it.</summary>
    public void Cut(JsonObject members) => Cut(members, "");

    /// <summary>A value without its secret: a field's constant is one if the field's name says so.</summary>
    public string? Field(string name, string? value) => value is not null && IsSecret(name) ? Replace(name, name, value) : value;

    private void Cut(XElement element, string path, string? secret)
    {
        if (element.Name == "entry" && (string?)element.Attribute("key") is { } key)
        {
            if (key == SecretKeys.CachedToken)
            {
                element.Remove();
                return;
            }
            path = Join(path, key);
            if (IsWhollySecret(key) || (IsSecret(key) && !element.Descendants().Any(inner => inner.Name == "Map" || inner.Name == "List")))
                secret ??= key;
            if (secret is not null && element.Attribute("value") is { } value)
                value.Value = Replace(secret, path, value.Value);
        }
        foreach (var attribute in element.Attributes().Where(attribute => IsSecret(attribute.Name.LocalName) && attribute.Value is not ("true" or "false")))
            attribute.Value = Replace(attribute.Name.LocalName, Join(path, attribute.Name.LocalName), attribute.Value);
        if (secret is not null && element.Name != "entry" && !element.HasElements && !string.IsNullOrWhiteSpace(element.Value))
        {
            element.Value = Replace(secret, path, element.Value.Trim());
            // A number may be a secret too; what stands for it is none.
            if (SecretKeys.IsPlaceholder(element.Value))
                element.Name = "String";
        }
        foreach (var child in element.Elements().ToList())
            Cut(child, path, secret);
    }

    private void Cut(JsonObject members, string path)
    {
        members.Remove(SecretKeys.CachedToken);
        // {"key":"Authorization","value":"…"}: how tables of headers and parameters are stored.
        var label = Text(members["key"]) ?? Text(members["name"]);
        foreach (var (name, value) in members.ToList())
        {
            var key = name == "value" && label is not null ? label : name;
            if (value is JsonValue && value.GetValueKind() is JsonValueKind.String or JsonValueKind.Number)
            {
                if (IsSecret(key))
                    members[name] = Replace(key, Join(path, key), value.ToString());
            }
            else if (value is not null)
            {
                Cut(value, Join(path, key), IsWhollySecret(key) ? key : null);
            }
        }
    }

    private void Cut(JsonNode node, string path, string? secret)
    {
        if (secret is null && node is JsonObject plain)
            Cut(plain, path);
        else if (node is JsonObject members)
        {
            foreach (var (name, value) in members.ToList())
            {
                if (Text(value) is { } text)
                    members[name] = Replace(secret!, Join(path, name), text);
                else if (value is not null)
                    Cut(value, Join(path, name), secret);
            }
        }
        else if (node is JsonArray items)
        {
            for (var i = 0; i < items.Count; i++)
            {
                if (items[i] is JsonObject or JsonArray)
                    Cut(items[i]!, path, secret);
                else if (secret is not null && Text(items[i]) is { } text)
                    items[i] = Replace(secret, path, text);
            }
        }
    }

    private bool IsSecret(string key) => SecretKeys.IsSecret(key) || _encrypted.Contains(key);

    private bool IsWhollySecret(string key) => SecretKeys.IsSecretAsAWhole(key) || _encrypted.Contains(key);

    private string Replace(string key, string path, string value)
    {
        // An empty value, a placeholder and a reference hold no secret; a word for yes or no is a setting.
        if (string.IsNullOrWhiteSpace(value) || SecretKeys.IsPlaceholder(value) || SecretKeys.IsReference(value) || value is "true" or "false")
            return value;
        if (SecretKeys.IsEncrypted(value))
            Notes.Add($"The secret {path} is encrypted by the platform and can't be read: enter it anew.");
        else
            Secrets.TryAdd(path, value);
        return SecretKeys.Placeholder(key);
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
