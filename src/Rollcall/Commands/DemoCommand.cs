using System.CommandLine;
using Rollcall.Demo;
using Rollcall.Web.Settings;

namespace Rollcall.Commands;

/// <summary><c>rollcall demo</c>: the whole story, played on both sides in a temporary folder.</summary>
internal static class DemoCommand
{
    /// <summary>The verb.</summary>
    public static Verb Create(Shell shell, SettingOptions settings)
    {
        var wire = OptionOf.Switch("--wire", "Show the requests and answers over SCIM.");
        var check = OptionOf.Switch("--check", "End after the story: exit code 0 if every step passed, else 1.");
        SettingKey[] urls = [SettingKey.UrlOf(Side.Access), SettingKey.UrlOf(Side.Governance)];
        var options = settings.All.OfType<Option<string>>().Where(option => urls.Any(url => url.Flag == option.Name)).ToList();
        var verb = new Verb("demo", "Plays the whole story in a temporary folder: an access list, an application over it, aggregation, a request, its approval, a rival change in between, and that nothing is lost. Of the settings only the two URLs count.")
        {
            ShowsInherited = false,
            AsksServer = false,
        }
            .With(wire, check)
            .WithGroup("Settings", options)
            .WithExamples("rollcall demo", "rollcall demo --wire --check");
        return verb.Does((parsed, cancellationToken) =>
        {
            var flags = options.Where(option => parsed.GetValue(option) is not null).Select(option => $"{option.Name}={parsed.GetValue(option)}");
            var variables = shell.Environment.Where(variable => urls.Any(url => url.Variable == variable.Key)).ToDictionary();
            var given = RollcallSettings.Load(flags, variables, Path.GetTempPath());
            return DemoRun.RunAsync(DemoSides.Settings(given), parsed.GetValue(wire) is true, parsed.GetValue(check) is true, shell, cancellationToken);
        });
    }
}
