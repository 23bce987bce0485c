using System.Collections;
using Rollcall.Web;

namespace Rollcall;

/// <summary>What a shell gives a process, passed in so that tests own it.</summary>
/// <param name="Input">Where secrets given as <c>-</c> are read from.</param>
/// <param name="Output">The result of the verb, and nothing else.</param>
/// <param name="Error">Reasons, hints and notes.</param>
/// <param name="Environment">The environment variables.</param>
/// <param name="Folder">Full path of the current folder.</param>
internal sealed record Shell(TextReader Input, TextWriter Output, TextWriter Error, IReadOnlyDictionary<string, string> Environment, string Folder)
{
    /// <summary>Whether the result goes to a person's terminal that shows colours.</summary>
    public bool HasColours { get; init; }

    /// <summary>That of this process.</summary>
    public static Shell OfProcess() => new(
        Console.In,
        Console.Out,
        Console.Error,
        System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? ""),
        Directory.GetCurrentDirectory())
    {
        // What no-color.org asks for, and what terminals without colours say of themselves.
        HasColours = !Console.IsOutputRedirected && string.IsNullOrEmpty(System.Environment.GetEnvironmentVariable("NO_COLOR"))
            && System.Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"),
    };

    /// <summary>
    /// Text that came from elsewhere, made safe to print: control characters could move the cursor,
    /// recolour or retitle the terminal, so each becomes U+FFFD.
    /// </summary>
    public static string Printable(string text) =>
        text.Any(char.IsControl)
            ? string.Create(text.Length, text, static (span, source) =>
            {
                for (var i = 0; i < span.Length; i++)
                    span[i] = char.IsControl(source[i]) ? '\uFFFD' : source[i];
            })
            : text;

    /// <summary>What was typed, as a message may repeat it: printable, and cut where it is long.</summary>
    public static string Echo(string text) => Printable(text).Truncate();
}
