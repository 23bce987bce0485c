namespace Rollcall.Data;

/// <summary>
/// The conditions of a search, put together as they are asked for. Values are always parameters, so that the number of
/// different texts stays that of the combinations of conditions.
/// </summary>
public sealed class Conditions
{
    private readonly List<string> _conditions = [];
    private readonly List<object?> _arguments = [];

    /// <summary>The clause: <c>where …</c>, or nothing.</summary>
    public string Where => _conditions.Count == 0 ? "" : $"where {string.Join(" and ", _conditions)}";

    /// <summary>The values, in the order of their parameters.</summary>
    public object?[] Arguments => [.. _arguments];

    /// <summary>Makes a value a parameter.</summary>
    /// <returns>How the text names it: <c>$1</c>, <c>$2</c>, …</returns>
    public string Value(object? value)
    {
        _arguments.Add(value);
        return $"${_arguments.Count}";
    }

    /// <summary>Adds a condition.</summary>
    public Conditions Add(string condition)
    {
        _conditions.Add(condition);
        return this;
    }

    /// <summary>Adds that a column equals a value, where there is one.</summary>
    public Conditions AddEqual(string column, object? value) => value is null ? this : Add($"{column} = {Value(value)}");
}
