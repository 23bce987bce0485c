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
        var verb = new Verb("demo", "Plays the whole story in a temporary folder: an access list, an application over it, aggregation, a request, its approval, a rival change in between, and that nothing is lost. Of the settings only the two URLs count.")
        {
            ShowsInherited = false,
            AsksServer = false,
        }
            .With(wire, check)
            .WithUnlisted([.. settings.All.Where(option => option.Name == SettingKey.UrlOf(Side.Access).Flag || option.Name == SettingKey.UrlOf(Side.Governance).Flag)])
            .WithExamples("rollcall demo", "rollcall demo --wire --check");
        return verb.Does((parsed, cancellationToken) => DemoRun.RunAsync(
            DemoSides.Settings(shell, settings.Load(parsed)), parsed.GetValue(wire) is true, parsed.GetValue(check) is true, shell, cancellationToken));
    }
}
