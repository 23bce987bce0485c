namespace Rollcall;

/// <summary>The exit codes of every verb. They are part of the product: scripts branch on them.</summary>
internal static class ExitCode
{
    /// <summary>The verb did what it was asked.</summary>
    public const int Done = 0;

    /// <summary>The server refused, or the verb failed; standard error says why.</summary>
    public const int Refused = 1;

    /// <summary>The command line itself is wrong; nothing was sent.</summary>
    public const int Usage = 2;

    /// <summary>No server answered.</summary>
    public const int Unreachable = 3;
}

/// <summary>Ends a verb with an exit code other than 0 and a message for standard error that says what was wrong and what to do.</summary>
internal sealed class CommandFailure : Exception
{
    private CommandFailure(int exitCode, string message, Exception? cause = null)
        : base(message, cause) => ExitCode = exitCode;

    /// <summary>One of <see cref="Rollcall.ExitCode"/>, never 0.</summary>
    public int ExitCode { get; }

    /// <summary>The server refused, or its answer can't be used.</summary>
    public static CommandFailure Refused(string message, Exception? cause = null) => new(Rollcall.ExitCode.Refused, message, cause);

    /// <summary>What was typed can't be right.</summary>
    public static CommandFailure Usage(string message, Exception? cause = null) => new(Rollcall.ExitCode.Usage, message, cause);

    /// <summary>No server answered.</summary>
    public static CommandFailure Unreachable(string message, Exception? cause = null) => new(Rollcall.ExitCode.Unreachable, message, cause);
}
