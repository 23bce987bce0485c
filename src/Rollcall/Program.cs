using Rollcall;

var shell = Shell.OfProcess();
return await CommandLine.RunAsync(args, shell, (settings, sides, _) => Sides.ServeAsync(settings, sides, shell));
