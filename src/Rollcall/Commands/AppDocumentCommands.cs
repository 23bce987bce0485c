using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Web.Hosting;

namespace Rollcall.Commands;

/// <summary>The verbs of <c>rollcall apps</c> for applications as documents: Application XML of IdentityIQ, source JSON of Identity Security Cloud, Rollcall's own JSON.</summary>
internal static class AppDocumentCommands
{
    private const string IdentityIq = "identityiq";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary><c>export</c>.</summary>
    public static Verb ExportVerb(Server server)
    {
        var name = AppCommands.Name();
        var format = OptionOf.Choice("--format", "Application XML of IdentityIQ, the JSON of an Identity Security Cloud source, or Rollcall's own JSON.", IdentityIq, "isc", "json").Needed();
        var verb = new Verb("export", "Writes an application as a document. Placeholders stand for its secrets.")
            .With(name, format)
            .Needs(command => !(command.GetValue(format) is IdentityIq && command.GetValue<string>("--output") is "json"), "--format identityiq is XML, and --output json contradicts it.")
            .WithExamples("rollcall apps export crm --format identityiq");
        return server.Verb(verb, call =>
            call.Api.CopyAsync(ApiPath.Of("applications", call[name], "export").With(("format", call.Get(format))), call.Shell.Output, call.CancellationToken));
    }

    /// <summary><c>import</c>.</summary>
    public static Verb ImportVerb(Server server)
    {
        var file = new Argument<string>("FILE") { Description = "The document; - for standard input." };
        var name = OptionOf.Text("--name", "NAME", "The application's name here. Default: made of the document's.");
        var format = OptionOf.Choice("--format", "What the document is. Default: what it looks like.", IdentityIq, "isc", "json");
        var secrets = new AppSecrets();
        var verb = new Verb("import", "Defines an application by a document: Application XML of IdentityIQ, source JSON of Identity Security Cloud, or Rollcall's own JSON. What Rollcall has no use for is kept for export.")
            .With(file, name, format)
            .WithGroup("Secrets that the document does not hold: - reads one from standard input, @FILE from a file", secrets.Options)
            .WithExamples("rollcall apps import crm.xml --name crm --client-secret -");
        return server.Verb(verb, async call =>
        {
            var (text, mediaType) = Read(call[file], call.Shell, call.Get(format));
            var path = ApiPath.Of("applications", "import").With(("name", call.Get(name)), ("format", call.Get(format)));
            var imported = (secrets.Read(call) is { } given
                ? await call.Api.PostAsync(path, new JsonObject { ["document"] = text, ["secrets"] = given }, call.CancellationToken)
                : await call.Api.PostAsync(path, Content(text), mediaType, call.CancellationToken)).Body;
            call.Output.Answer(imported, output => WriteImported(output, imported, "is defined"));
        });
    }

    /// <summary>Replaces what a document describes of an application.</summary>
    public static async Task ReplaceAsync(Call call, string name, string file)
    {
        var (text, mediaType) = Read(file, call.Shell, null);
        var saved = (await call.Api.PutAsync(ApiPath.Of("applications", name, "document"), Content(text), mediaType, call.CancellationToken)).Body;
        call.Output.Answer(saved, output => WriteImported(output, saved, "is saved"));
    }

    private static void WriteImported(TextWriter output, JsonElement answer, string done)
    {
        var application = answer.Member("application") ?? default;
        output.WriteLine(Shell.Printable($"Application \"{application.Text("name")}\" {done}, as version {application.Text("version")}."));
        WriteAll("Notes", "notes");
        WriteAll("Warnings", "findings");

        void WriteAll(string title, string member)
        {
            var sentences = answer.Texts(member).ToList();
            if (sentences.Count == 0)
                return;
            output.WriteLine();
            output.WriteLine($"{title}:");
            foreach (var sentence in sentences)
                output.WriteLine($"  {Shell.Printable(sentence)}");
        }
    }

    private static (string Text, string MediaType) Read(string name, Shell shell, string? format)
    {
        var text = name == "-" ? shell.Input.ReadToEnd() : ReadFile(name, shell);
        if (string.IsNullOrWhiteSpace(text))
            throw CommandFailure.Refused($"{(name == "-" ? "Standard input" : $"The file \"{Shell.Echo(name)}\"")} is empty. Give a document as \"rollcall apps export\" writes it.");
        var isXml = format is null ? text.TrimStart('\uFEFF', ' ', '\t', '\r', '\n').StartsWith('<') : format == IdentityIq;
        return (text, isXml ? "application/xml" : "application/json");
    }

    private static MemoryStream Content(string text) => new(Strict.GetBytes(text));

    private static string ReadFile(string name, Shell shell)
    {
        try
        {
            var file = new FileInfo(Path.Combine(shell.Folder, name));
            return file.Length > BodyLimit.Default
                ? throw CommandFailure.Refused($"The file \"{Shell.Echo(name)}\" is larger than {BodyLimit.Default >> 20} MiB, which the server does not take.")
                : Strict.GetString(File.ReadAllBytes(file.FullName));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw CommandFailure.Refused(fault is DecoderFallbackException
                ? $"The file \"{Shell.Echo(name)}\" is no text in UTF-8."
                : $"The file \"{Shell.Echo(name)}\" can't be read; check the path and its permissions.", fault);
        }
    }
}
