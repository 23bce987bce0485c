using System.Diagnostics;
using System.Text.Json;
using Rollcall.Data;
using Rollcall.Scim.Filters;
using Rollcall.Scim.Paths;

namespace Rollcall.Access.Scim;

/// <summary>
/// Compiles a filter to an SQL condition that answers as <see cref="FilterEvaluator"/> does: every comparison is true or
/// false, never NULL. Names come from schemas; values are always parameters.
/// </summary>
/// <param name="dialect">The database's words.</param>
/// <param name="columns">What stands in columns, or in tables of its own.</param>
/// <param name="arguments">The statement's arguments so far; the filter's values are added to them.</param>
internal sealed class FilterSql(Dialect dialect, FilterColumns columns, List<object?> arguments)
{
    /// <summary>The condition, in parentheses where needed.</summary>
    public string Compile(Filter filter) => filter switch
    {
        Filter.And and => Join(and.Operands, " and "),
        Filter.Or or => AnyOf(or.Operands) ?? Join(or.Operands, " or "),
        Filter.Not not => $"not {Compile(not.Operand)}",
        Filter.Comparison comparison => Compare(comparison),
        Filter.Present present => IsPresent(present.Path),
        Filter.ValuePath valuePath => AnyElement(valuePath),
        Filter.Constant constant => constant.Value ? "(1 = 1)" : "(1 = 0)",
        _ => throw new UnreachableException(),
    };

    private string Join(IReadOnlyList<Filter> operands, string word) => $"({string.Join(word, operands.Select(Compile))})";

    /// <summary>
    /// Whether a filter names the values of a column one by one, so that few resources match: an index finds them, and they are
    /// better sorted afterwards than searched for in the order of a page.
    /// </summary>
    public bool IsLookup(Filter filter) => filter switch
    {
        Filter.And and => and.Operands.Any(IsLookup),
        Filter.Or or => SetOf(or.Operands) is not null,
        _ => false,
    };

    /// <summary>Several values of one attribute (<c>id eq "a" or id eq "b"</c>) as one set, which an index answers; null for any other alternative.</summary>
    private string? AnyOf(IReadOnlyList<Filter> operands) => SetOf(operands) is var (column, values) ? column.IsAnyOf(this, values) : null;

    private (FilterColumn Column, IReadOnlyList<string> Values)? SetOf(IReadOnlyList<Filter> operands)
    {
        if (operands[0] is not Filter.Comparison first || columns.Find(first.Path) is not { CanBeAnyOf: true } column)
            return null;
        var values = new List<string>(operands.Count);
        foreach (var operand in operands)
        {
            if (operand is not Filter.Comparison { Operator: ComparisonOperator.Equal, Value: FilterValue.Text text } comparison || comparison.Path != first.Path)
                return null;
            values.Add(text.Key);
        }
        return (column, values);
    }

    /// <summary>Whether an SQL expression, which is NULL where the attribute is unassigned, is one of some texts.</summary>
    public string IsAnyOf(string expression, IReadOnlyList<string> values) =>
        $"({expression} is not null and {expression} in ({dialect.TextSet(Parameter(JsonSerializer.Serialize(values)))}))";

    /// <summary>The same statement, with other columns: for the sub-attributes of elements.</summary>
    public FilterSql With(FilterColumns other) => new(dialect, other, arguments);

    private string Compare(Filter.Comparison comparison) =>
        columns.Find(comparison.Path) is { } column
            ? column.Compare(this, comparison.Operator, comparison.Value)
            : CompareInDocument(comparison.Path, comparison.Operator, comparison.Value);

    private string IsPresent(AttributePath path) =>
        columns.Find(path) is { } column ? column.IsPresent(this) : IsPresentInDocument(path);

    /// <summary>Compares an attribute that stands in the comparison document.</summary>
    public string CompareInDocument(AttributePath path, ComparisonOperator comparison, FilterValue operand)
    {
        if (!path.Attribute!.MultiValued)
            return Compare(dialect.JsonValue(columns.Search, Names(path)), comparison, Parameter(operand));
        var attribute = Names(path with { Sub = null });
        var value = path.Sub is { } sub ? dialect.JsonValue("e.value", [sub.Name]) : "e.value";
        var some = $"exists (select 1 from {dialect.JsonElements(columns.Search, attribute)} e where {Compare(value, comparison, Parameter(operand))})";
        // "Some value differs" holds as well where there is no value at all.
        return comparison == ComparisonOperator.NotEqual ? $"({dialect.JsonValue(columns.Search, attribute)} is null or {some})" : some;
    }

    /// <summary>Whether an attribute that stands in the comparison document has a value.</summary>
    public string IsPresentInDocument(AttributePath path)
    {
        if (path is { Attribute.MultiValued: true, Sub: { } sub })
            return $"exists (select 1 from {dialect.JsonElements(columns.Search, Names(path with { Sub = null }))} e where {dialect.JsonValue("e.value", [sub.Name])} is not null)";
        return $"({dialect.JsonValue(columns.Search, Names(path))} is not null)";
    }

    private string AnyElement(Filter.ValuePath valuePath)
    {
        if (columns.FindElements(valuePath.Path) is { } elements)
            return elements.Any(this, valuePath.Inner);
        var inner = With(FilterColumns.OfElement("e.value")).Compile(valuePath.Inner);
        var some = $"exists (select 1 from {dialect.JsonElements(columns.Search, Names(valuePath.Path))} e where {inner})";
        // Where an index knows the only values that can match, it is asked first.
        return columns.Narrow(this, valuePath) is { } narrow ? $"({narrow} and {some})" : some;
    }

    /// <summary>Compares an SQL expression, which is NULL where the attribute is unassigned, with a placeholder.</summary>
    public string Compare(string expression, ComparisonOperator comparison, string value) =>
        comparison switch
        {
            ComparisonOperator.Equal => $"({expression} is not null and {expression} = {value})",
            ComparisonOperator.NotEqual => $"({expression} is null or {expression} <> {value})",
            ComparisonOperator.GreaterThan => $"({expression} is not null and {expression} > {value})",
            ComparisonOperator.GreaterOrEqual => $"({expression} is not null and {expression} >= {value})",
            ComparisonOperator.LessThan => $"({expression} is not null and {expression} < {value})",
            ComparisonOperator.LessOrEqual => $"({expression} is not null and {expression} <= {value})",
            ComparisonOperator.Contains => $"({expression} is not null and {dialect.Contains(expression, value)})",
            ComparisonOperator.StartsWith => $"({expression} is not null and substr({expression}, 1, length({value})) = {value})",
            // A text shorter than the operand has no such end; substr would count from before its start.
            ComparisonOperator.EndsWith =>
                $"({expression} is not null and length({expression}) >= length({value}) and substr({expression}, length({expression}) - length({value}) + 1) = {value})",
            _ => throw new UnreachableException(),
        };

    /// <summary>Adds a value to the statement's arguments.</summary>
    /// <returns>Its placeholder.</returns>
    public string Parameter(FilterValue value) => Parameter(value switch
    {
        FilterValue.Text text => text.Key,
        FilterValue.Boolean boolean => boolean.Value,
        FilterValue.Number number => decimal.IsInteger(number.Value) && number.Value is >= long.MinValue and <= long.MaxValue ? (long)number.Value : (double)number.Value,
        _ => throw new UnreachableException(),
    });

    /// <inheritdoc cref="Parameter(FilterValue)"/>
    public string Parameter(object? value)
    {
        arguments.Add(value);
        return $"${arguments.Count}";
    }

    /// <summary>The path in the comparison document.</summary>
    public static IReadOnlyList<string> Names(AttributePath path)
    {
        var names = new List<string>(3);
        if (path.Extension is { } extension)
            names.Add(extension.Id);
        if (path.Attribute is { } attribute)
            names.Add(attribute.Name);
        if (path.Sub is { } sub)
            names.Add(sub.Name);
        return names;
    }
}
