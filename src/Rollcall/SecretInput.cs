namespace Rollcall;

/// <summary>Reads a secret that was given as <c>-</c> (standard input), as <c>@file</c>, or as it is.</summary>
internal static class SecretInput
{
    /// <summary>The most characters that a secret may have.</summary>
    public const int Longest = 64 * 1024;

    /// <summary>The secret, without the blanks and line ends around it.</summary>
    /// <param name="given">What stood on the command line.</param>
    /// <param name="option">The option's name, for messages.</param>
    /// <param name="shell">Where standard input and the current folder come from.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <exception cref="CommandFailure">Usage: the file can't be read, or what was given is empty or too long. The message never holds the secret.</exception>
    public static string Read(string given, string option, Shell shell, string what = "secret")
    {
        var (text, source) = given switch
        {
            "-" => (ReadBounded(shell.Input), "standard input"),
            ['@', .. var path] => (ReadFile(Path.Combine(shell.Folder, path), path, option), "the file"),
            _ => (given, "the value"),
        };
        text = text.Trim();
        if (text.Length is 0 or > Longest)
            throw CommandFailure.Usage($"{option}: {source} is {(text.Length is 0 ? "empty" : "too long")}; give the {what} as -, @file or a value.");
        return text;
    }

    private static string ReadFile(string path, string written, string option)
    {
        try
        {
            using var reader = new StreamReader(path);
            return ReadBounded(reader);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw CommandFailure.Usage($"{option}: the file \"{Shell.Echo(written)}\" can't be read; check the path and its permissions.", fault);
        }
    }

    private static string ReadBounded(TextReader reader)
    {
        var buffer = new char[Longest + 1];
        return new string(buffer, 0, reader.ReadBlock(buffer, 0, buffer.Length));
    }
}
