using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Rollcall.Web.Tests;

internal static class Program
{
    public static Task<int> Main(string[] args) => args switch
    {
        [ChildProcess.Marker, .. var work] => ChildProcess.WorkAsync(work),
        _ when args.Contains("--server") || args.Contains("--internal-msbuild-node") => TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => ConsoleRunner.Run(args),
    };
}
