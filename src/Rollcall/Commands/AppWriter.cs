using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Rollcall.Commands;

/// <summary>Writes applications for people.</summary>
internal static partial class AppWriter
{
    /// <summary>The members of a definition that have a place of their own, or that only documents are made of.</summary>
    private static readonly string[] Apart = ["createPolicy", "updatePolicy", "sailPoint"];

    /// <summary>Writes an application: what it is, then its policies.</summary>
    public static void Write(TextWriter output, JsonElement application)
    {
        var definition = application.Member("definition") ?? default;
        var shown = new JsonObject { ["name"] = application.Text("name"), ["version"] = $"{application.Text("version")}, saved {Output.Time(application.Text("modifiedAt"))}" };
        foreach (var member in definition.EnumerateObject().Where(member => !Apart.Contains(member.Name)))
            shown[member.Name] = Shown(member);
        shown["usePatch"] ??= "as the server says";
        shown["correlation"] ??= "by people";
        shown["secrets"] = string.Join(", ", application.Texts("secrets").Select(Words).DefaultIfEmpty("none"));
        if (definition.Member("sailPoint") is not null)
            shown["document"] = "what else an imported document said is kept for export";
        DetailsWriter.Write(output, JsonSerializer.SerializeToElement(shown));
        WritePolicy(output, "Create policy", definition.Member("createPolicy"));
        WritePolicy(output, "Update policy", definition.Member("updatePolicy"));
    }

    /// <summary>Tells that an application is there, and what comes next.</summary>
    public static void WriteMade(TextWriter output, JsonElement application)
    {
        var name = Output.Cell(application.Text("name"));
        output.WriteLine($"Application \"{name}\" is defined. Next:");
        output.WriteLine($"  rollcall apps test {name}");
        output.WriteLine($"  rollcall apps discover {name}");
        if (application.Member("definition")?.Member("createPolicy")?.EnumerateObject().Any() is not true)
            output.WriteLine($"  rollcall policies set {name} --create \"userName={{{{ identity.email }}}}\"");
    }

    /// <summary>Writes a policy: each attribute with its template.</summary>
    public static void WritePolicy(TextWriter output, string title, JsonElement? policy)
    {
        var attributes = policy is { ValueKind: JsonValueKind.Object } some ? some.EnumerateObject().ToList() : [];
        if (attributes.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine(title);
        DetailsWriter.Write(output, attributes.Select(attribute => ($"  {Shell.Printable(attribute.Name)}", Shell.Printable(attribute.Value.GetString() ?? ""))));
    }

    /// <summary>A word of the API as people read it: <c>clientCredentials</c> as "client credentials".</summary>
    public static string Words(string? word) => Output.Cell(word is null ? null : CapitalisedWord().Replace(word, " $0").ToLowerInvariant());

    private static JsonNode? Shown(JsonProperty member) => member.Name switch
    {
        "retryInterval" or "timeout" => $"{member.Value} s",
        "vanishedLimit" => $"{member.Value} %",
        "usePatch" => member.Value.ValueKind == JsonValueKind.True ? "yes" : "no, PUT",
        "useVersions" or "paging" or "approval" or "leavers" => Words(member.Value.GetString()),
        "correlation" when member.Value.Text("account") is { } account => $"{account} = {member.Value.Text("identity")}",
        "retryableErrors" when member.Value.GetArrayLength() == 0 => "none",
        "authentication" => Authentication(member.Value),
        "provisioningMaxRetries" => member.Value.GetInt32().ToString(CultureInfo.InvariantCulture),
        _ => JsonNode.Parse(member.Value.GetRawText()),
    };

    private static JsonObject Authentication(JsonElement authentication)
    {
        var isOAuth = authentication.Member("tokenUrl") is not null;
        var shown = new JsonObject();
        foreach (var member in authentication.EnumerateObject().Where(member => isOAuth || member.Name != "clientAuthentication"))
        {
            shown[member.Name] = member.Value.ValueKind == JsonValueKind.Object ? string.Join(", ", member.Value.EnumerateObject().Select(entry => $"{entry.Name}: {entry.Value}"))
                : member.Name is "type" or "clientAuthentication" ? Words(member.Value.GetString())
                : JsonNode.Parse(member.Value.GetRawText());
        }
        return shown;
    }

    [GeneratedRegex("[A-Z]")]
    private static partial Regex CapitalisedWord();
}
