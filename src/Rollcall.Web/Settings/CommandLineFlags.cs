using System.Globalization;

namespace Rollcall.Web.Settings;

/// <summary>Settings on the command line: <c>--name value</c> or <c>--name=value</c>; secrets also as <c>@file</c>.</summary>
internal static class CommandLineFlags
{
    public static Dictionary<SettingKey, string> Parse(IEnumerable<string> arguments, string folder)
    {
        var known = SettingKey.All.ToDictionary(key => key.Flag, StringComparer.Ordinal);
        var flags = new Dictionary<SettingKey, string>();
        var rest = new Queue<string>(arguments);
        for (var position = 1; rest.TryDequeue(out var argument); position++)
        {
            // What is no flag may be a secret that went astray: it is told by its place.
            if (!argument.StartsWith("--", StringComparison.Ordinal))
                throw new SettingsException(string.Create(CultureInfo.InvariantCulture, $"Argument {position}"), "is not a flag: settings are written as --name value") { FromCommandLine = true };
            var (flag, inline) = argument.Split('=', 2) switch { [var name, var text] => (name, text), _ => (argument, null) };
            if (!known.TryGetValue(flag, out var key))
                throw new SettingsException(flag.Truncate(100), $"is not a setting. The settings are {string.Join(", ", known.Keys)}");
            var value = inline;
            if (value is null && rest.TryPeek(out var next) && !next.StartsWith("--", StringComparison.Ordinal) && !(key.IsSwitch && !IsBoolean(next)))
            {
                value = rest.Dequeue();
                position++;
            }
            if (value is null && key.IsSwitch)
                value = "true";
            if (string.IsNullOrWhiteSpace(value))
                throw new SettingsException(flag, $"needs a value: write {flag} VALUE or {flag}=VALUE");
            if (!flags.TryAdd(key, key.IsSecret ? FromFile(flag, value, folder) : value))
                throw new SettingsException(flag, "is given twice: leave one out");
        }
        return flags;
    }

    private static bool IsBoolean(string text) => bool.TryParse(text, out _);

    // Other users see the arguments of a process, so secrets may be left in a file.
    private static string FromFile(string flag, string value, string folder)
    {
        if (value[0] != '@')
            return value;
        try
        {
            return File.ReadAllText(Path.Combine(folder, value[1..])).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SettingsException(flag, "names a file that can't be read: correct what follows the @", e);
        }
    }
}
