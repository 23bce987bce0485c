using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Rollcall.Web.Settings;

/// <summary>Where settings come from, in order of precedence, each value with the name under which it was written.</summary>
internal sealed class SettingsSources
{
    private const string FileName = "appsettings.json";
    private const string Section = "Rollcall";

    private readonly IConfigurationProvider[] _strongestFirst;
    private readonly Func<SettingKey, string>[] _names;

    private SettingsSources(IConfigurationRoot root)
    {
        _strongestFirst = [.. root.Providers.Reverse()];
        _names = [key => key.Flag, key => key.Variable, key => $"{Section}:{key.Path} in {FileName}"];
    }

    public static SettingsSources Open(IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string folder)
    {
        var flags = CommandLineFlags.Parse(arguments, folder);
        var variables = SettingKey.All.ToDictionary(PathInFile, key => environment.GetValueOrDefault(key.Variable));
        using var file = OpenFile(Path.Combine(folder, FileName));
        try
        {
            return new SettingsSources(new ConfigurationBuilder()
                .AddJsonStream(file)
                .AddInMemoryCollection(variables.Where(variable => !string.IsNullOrWhiteSpace(variable.Value)))
                .AddInMemoryCollection(flags.ToDictionary(flag => PathInFile(flag.Key), flag => (string?)flag.Value))
                .Build()).RefuseUnknownKeys();
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            // The parser's own text may quote a piece of the file, and the file may hold secrets.
            var where = e is JsonException { LineNumber: { } line }
                ? string.Create(CultureInfo.InvariantCulture, $"is not valid JSON at line {line + 1}: correct it")
                : "is not a JSON object in which each key stands once: correct it";
            throw new SettingsException(FileName, where, e);
        }
    }

    /// <summary>The strongest source's value of a setting and the name it has there; null if no source has one.</summary>
    public (string Value, string Name)? Find(SettingKey key)
    {
        foreach (var (provider, name) in _strongestFirst.Zip(_names))
        {
            if (ValueIn(provider, PathInFile(key)) is { } value && !string.IsNullOrWhiteSpace(value))
                return (value.Trim(), name(key));
        }
        return null;
    }

    private static string PathInFile(SettingKey key) => $"{Section}:{key.Path}";

    // A list may be written as a JSON array: configuration numbers its elements below the key.
    private static string? ValueIn(IConfigurationProvider provider, string path)
    {
        if (provider.TryGet(path, out var value) && value is not null)
            return value;
        var elements = provider.GetChildKeys([], path).Select(index => provider.TryGet($"{path}:{index}", out var element) ? element : null).ToList();
        return elements.Count > 0 ? string.Join(',', elements) : null;
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException(FileName, "can't be read: let this user read it, or remove it", e);
        }
    }

    private static Stream OpenFile(string path) => TryOpen(path) ?? (Stream)new MemoryStream("{}"u8.ToArray());

    // A misspelt key would leave its setting at the default without a word.
    private SettingsSources RefuseUnknownKeys()
    {
        var file = _strongestFirst[^1];
        var known = SettingKey.All.Select(PathInFile).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var isList = PathInFile(SettingKey.TrustedProxies);
        foreach (var path in Leaves(file, Section))
        {
            // An empty object or null sets nothing.
            if (file.TryGet(path, out var value) && value is null)
                continue;
            if (!known.Contains(path) && !path.StartsWith(isList + ":", StringComparison.OrdinalIgnoreCase))
                throw new SettingsException($"{path.Truncate(100)} in {FileName}", $"is not a setting: correct or remove it. The settings are {string.Join(", ", SettingKey.All)}");
        }
        return this;
    }

    private static IEnumerable<string> Leaves(IConfigurationProvider provider, string path)
    {
        var children = provider.GetChildKeys([], path).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (children.Count == 0)
            return provider.TryGet(path, out _) ? [path] : [];
        return children.SelectMany(child => Leaves(provider, $"{path}:{child}"));
    }
}
