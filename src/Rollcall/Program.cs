using Rollcall;

// What serves the sides is handed in here, so that the command line itself knows neither of them.
return await CommandLine.RunAsync(args, Shell.OfProcess(), (_, _, _) => throw new NotSupportedException("This build serves no side."));
