using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Rollcall.Web.Hosting;

namespace Rollcall.Commands;

/// <summary><c>rollcall apply</c>: makes access lists what files say.</summary>
internal static class ApplyCommand
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];

    /// <summary>The verb.</summary>
    public static Verb Create(Server server, Shell shell)
    {
        var files = new Option<string[]>("-f", "--file")
        {
            Description = "Files of documents, YAML or JSON; a folder stands for the *.yaml, *.yml and *.json in it, - for standard input.",
            HelpName = "FILE…",
            AllowMultipleArgumentsPerToken = true,
        }.Needed();
        var dryRun = OptionOf.Switch("--dry-run", "Show what would be done and do nothing.");
        var prune = OptionOf.Switch("--prune", "Delete lists that apply made and no document names any more, and empty static lists whose members none names.");
        var integration = OptionOf.Text("--integration", "NAME", "The integration of lists of type scim, before their label rollcall/integration. Default: the only one there is.");
        var verb = new Verb("apply", "Makes access lists and their members what Teleport's access_list and access_list_member documents say: all of them, or none.")
            .With(files, dryRun, prune, integration)
            .WithExamples(
                "rollcall apply -f lists.yaml members.yaml --dry-run",
                "rollcall apply -f lists/ --prune",
                "rollcall apply -f -");
        return server.Verb(verb, async call =>
        {
            var body = new JsonObject { ["files"] = Read(call.Parsed.GetRequiredValue(files), shell) };
            if (call.Get(dryRun) is true)
                body["dryRun"] = true;
            if (call.Get(prune) is true)
                body["prune"] = true;
            if (call.Get(integration) is { } name)
                body["integration"] = name;
            var answer = await call.Api.PostAsync(ApiPath.Of("apply"), body, call.CancellationToken);
            call.Output.Answer(answer.Body, output => new PlanWriter(output, shell.HasColours).Write(answer.Body));
        });
    }

    private static JsonArray Read(IReadOnlyList<string> given, Shell shell)
    {
        var files = new JsonArray();
        var size = 0L;
        foreach (var name in given.SelectMany(name => Expand(name, shell)))
        {
            var text = name == "-" ? shell.Input.ReadToEnd() : ReadFile(name, shell);
            size += Encoding.UTF8.GetByteCount(text);
            if (size > BodyLimit.Large)
                throw CommandFailure.Refused($"The files hold more than {BodyLimit.Large >> 20} MiB, which the server does not take at once. Apply them in parts.");
            files.Add(new JsonObject { ["name"] = name == "-" ? "standard input" : name, ["text"] = text });
        }
        return files;
    }

    private static IEnumerable<string> Expand(string name, Shell shell)
    {
        var path = Path.Combine(shell.Folder, name);
        if (name == "-" || !Directory.Exists(path))
            return [name];
        var files = Directory.EnumerateFiles(path).Select(file => Path.GetFileName(file)).Where(file => Extensions.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal).ToList();
        return files.Count > 0
            ? files.Select(file => Path.Combine(name, file))
            : throw CommandFailure.Refused($"The folder \"{Shell.Echo(name)}\" holds no *.yaml, *.yml or *.json file.");
    }

    private static string ReadFile(string name, Shell shell)
    {
        try
        {
            var file = new FileInfo(Path.Combine(shell.Folder, name));
            return file.Length > BodyLimit.Large
                ? throw CommandFailure.Refused($"The file \"{Shell.Echo(name)}\" is larger than {BodyLimit.Large >> 20} MiB, which the server does not take at once. Apply it in parts.")
                : Strict.GetString(File.ReadAllBytes(file.FullName));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw CommandFailure.Refused(fault is DecoderFallbackException
                ? $"The file \"{Shell.Echo(name)}\" is no text in UTF-8. Give YAML or JSON."
                : $"The file \"{Shell.Echo(name)}\" can't be read; check the path and its permissions.", fault);
        }
    }
}
