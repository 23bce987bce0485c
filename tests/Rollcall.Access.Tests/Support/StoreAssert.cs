using Rollcall.Access.Checks;

namespace Rollcall.Access.Tests.Support;

/// <summary>Whatever a test did, the database must not contradict itself: what <c>rollcall check-store</c> asks.</summary>
internal static class StoreAssert
{
    public static async Task IsRightAsync(string path)
    {
        var wrong = (await StoreChecker.RunAsync(path)).Where(result => result.ProblemCount > 0)
            .SelectMany(result => result.Problems.Select(problem => $"{result.Name}: {problem}"));
        Assert.True(!wrong.Any(), string.Join('\n', wrong.Prepend("The database contradicts itself:")));
    }
}
