using System.CommandLine;
using System.Globalization;
using Rollcall.Web.Settings;

namespace Rollcall;

/// <summary>Options whose values are read and checked alike by every verb. An option that is not given is null or empty.</summary>
internal static class OptionOf
{
    /// <summary>Free text.</summary>
    public static Option<string> Text(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };

    /// <summary>Free text, as often as wanted.</summary>
    public static Option<string[]> Texts(string name, string helpName, string description) =>
        new(name) { Description = description + " Repeatable.", HelpName = helpName };

    /// <summary>One of a few words.</summary>
    public static Option<string> Choice(string name, string description, params string[] values)
    {
        var option = new Option<string>(name) { Description = description, HelpName = string.Join('|', values) };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !values.Contains(token.Value))
                result.AddError($"{name}: \"{Shell.Echo(token.Value)}\" is none of {string.Join(", ", values)}.");
        });
        option.CompletionSources.Add(values);
        return option;
    }

    /// <summary>Yes or no; the name alone means yes.</summary>
    public static Option<bool?> Switch(string name, string description) =>
        new(name) { Description = description, HelpName = "true|false" };

    /// <summary>A whole number.</summary>
    public static Option<int?> Number(string name, string description, int least, int most) =>
        Read(name, "N", description, (string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most,
            $"a whole number from {least} to {most}");

    /// <summary>A time; UTC where no offset is given, midnight where no time of day is.</summary>
    public static Option<DateTimeOffset?> Time(string name, string description) =>
        Read<DateTimeOffset>(name, "TIME", description, Times.TryParse, "a time such as 2027-06-30 or 2027-06-30T18:00:00Z");

    /// <summary>A time that may lie back, as it was typed: what "1h ago" is, the server says.</summary>
    public static Option<string> PastTime(string name, string description)
    {
        var option = Text(name, "TIME", description);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !Times.TryParsePast(token.Value, DateTimeOffset.MaxValue, out _))
                result.AddError($"{name}: \"{Shell.Echo(token.Value)}\" is no time. {Times.PastHelp}.");
        });
        return option;
    }

    /// <summary>A duration.</summary>
    public static Option<TimeSpan?> Duration(string name, string description) =>
        Read(name, "DURATION", description, (string text, out TimeSpan duration) => Durations.TryParse(text, out duration), "a duration such as 30min, 24h or 7d");

    /// <summary>Traits as <c>key=value</c>, as often as wanted.</summary>
    public static Option<string[]> Traits(string name, string description)
    {
        var option = Texts(name, "KEY=VALUE", description);
        option.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => token.Value.Length > 0 && token.Value.IndexOf('=', StringComparison.Ordinal) < 1) is { } wrong)
                result.AddError($"{name}: \"{Shell.Echo(wrong.Value)}\" is not of the form key=value.");
        });
        return option;
    }

    /// <summary>The option, understood by every command below the one that it is added to.</summary>
    public static Option<T> AlsoBelow<T>(this Option<T> option)
    {
        option.Recursive = true;
        return option;
    }

    /// <summary>The option, without which the verb is not run.</summary>
    public static Option<T> Needed<T>(this Option<T> option)
    {
        option.Required = true;
        return option;
    }

    private delegate bool TryRead<T>(string text, out T value);

    private static Option<T?> Read<T>(string name, string helpName, string description, TryRead<T> tryRead, string expected)
        where T : struct =>
        new(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result =>
            {
                if (result.Tokens is not [var token])
                    return null;
                if (tryRead(token.Value, out var value))
                    return value;
                result.AddError($"{name}: \"{Shell.Echo(token.Value)}\" is not {expected}.");
                return null;
            },
        };
}
