global using Xunit;

// Each test starts processes and loads the machine as it needs: one after the other, their times mean something.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
