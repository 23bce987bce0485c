using System.Runtime.Versioning;
using Rollcall.Bench;
using Rollcall.Bench.Servers;

[assembly: UnsupportedOSPlatform("windows")]

// Children of the benchmark: it starts itself with these words.
switch (args)
{
    case [BareServer.Mode, var answer]:
        await BareServer.RunAsync(answer);
        return 0;
    case [CountedServer.Mode, .. var arguments]:
        return CountedServer.Run(arguments);
}

if (BenchOptions.Parse(args, Console.Error) is not { } options)
    return 2;
await BenchRun.RunAsync(options, Console.Out);
return 0;
