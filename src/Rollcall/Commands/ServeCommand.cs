using System.CommandLine;
using Rollcall.Web.Settings;

namespace Rollcall.Commands;

/// <summary>Which sides a process serves.</summary>
[Flags]
internal enum ServeSides
{
    /// <summary>None; no command line asks for it.</summary>
    None = 0,

    /// <summary>The SCIM service provider.</summary>
    Access = 1,

    /// <summary>The SCIM client.</summary>
    Governance = 2,

    /// <summary>Both, in one process.</summary>
    Both = Access | Governance,
}

/// <summary>Serves sides until the process is asked to stop; answers the exit code.</summary>
internal delegate Task<int> ServeEntry(RollcallSettings settings, ServeSides sides, CancellationToken cancellationToken);

/// <summary><c>rollcall serve [access|governance]</c>, and <c>rollcall</c> alone.</summary>
internal static class ServeCommand
{
    /// <summary>The verb <c>serve</c>.</summary>
    public static Verb Create(SettingOptions settings, ConnectionOptions connection, ServeEntry serve)
    {
        var access = new Verb("access", "Serves the Access side: the SCIM 2.0 service provider, which keeps access lists.") { ShowsInherited = false }
            .WithGroup("Settings", settings.Of(Side.Access))
            .WithExamples("rollcall serve access --access-url http://127.0.0.1:9000");
        var governance = new Verb("governance", "Serves the Governance side: the SCIM 2.0 client, which aggregates, requests and provisions.") { ShowsInherited = false }
            .WithGroup("Settings", settings.Of(Side.Governance))
            .WithExamples("rollcall serve governance --data /var/lib/rollcall");
        var both = new Verb("serve", "Serves both sides, or the one that is named, until it is stopped. Each setting can also stand in the environment (--access-url as ROLLCALL_ACCESS_URL) or in appsettings.json.") { ShowsInherited = false }
            .With(ServeWith(access, ServeSides.Access, settings, connection, serve), ServeWith(governance, ServeSides.Governance, settings, connection, serve))
            .WithGroup("Settings", settings.All)
            .WithExamples(
                "rollcall serve",
                "rollcall serve access --data /var/lib/rollcall --access-public-url https://rollcall.example.com");
        return ServeWith(both, ServeSides.Both, settings, connection, serve);
    }

    /// <summary>Lets a verb serve sides.</summary>
    public static Verb ServeWith(Verb verb, ServeSides sides, SettingOptions settings, ConnectionOptions connection, ServeEntry serve)
    {
        Option[] foreign = [connection.Url, connection.Token, connection.Format];
        return verb
            .Needs(result => !foreign.Any(option => Server.IsGiven(result, option)), "--url, --token and --output belong to the verbs that ask a server, not to serving.")
            .Does((parsed, cancellationToken) => serve(settings.Load(parsed), sides, cancellationToken));
    }
}
