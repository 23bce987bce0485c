namespace Rollcall.Web.Settings;

/// <summary>
/// The process must not start as it is set up. The message begins with the setting's name as the person wrote it and
/// says what to do; it never holds the value of a secret. The executable prints it and ends: with exit code 2 (wrong
/// usage) where <see cref="FromCommandLine"/> is true, else with 1.
/// </summary>
public sealed class SettingsException : Exception
{
    /// <summary>Makes a refusal.</summary>
    /// <param name="setting">The setting as it was written: <c>--data</c>, <c>ROLLCALL_DATA</c>, or a key and its file.</param>
    /// <param name="problem">What is wrong and what to do, as the rest of a sentence that begins with the name.</param>
    /// <param name="cause">What the operating system said, for a log; its text is not part of the message.</param>
    public SettingsException(string setting, string problem, Exception? cause = null) : base($"{setting} {problem}", cause)
    {
        Setting = setting;
        FromCommandLine = setting.StartsWith("--", StringComparison.Ordinal);
    }

    /// <summary>The setting's name as it was written.</summary>
    public string Setting { get; }

    /// <summary>Whether the setting was given on the command line, so that the refusal is one of usage.</summary>
    public bool FromCommandLine { get; init; }
}
