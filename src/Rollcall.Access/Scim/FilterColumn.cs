using System.Diagnostics;
using System.Globalization;
using Rollcall.Scim.Filters;
using Rollcall.Scim.Paths;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Scim;

/// <summary>How one attribute outside the comparison document is compared.</summary>
internal abstract class FilterColumn
{
    /// <summary>The condition of a comparison.</summary>
    public abstract string Compare(FilterSql sql, ComparisonOperator comparison, FilterValue value);

    /// <summary>Whether it can be compared with several texts at once.</summary>
    public virtual bool CanBeAnyOf => false;

    /// <summary>The condition that it equals one of some texts, where <see cref="CanBeAnyOf"/>.</summary>
    public virtual string IsAnyOf(FilterSql sql, IReadOnlyList<string> values) => throw new UnreachableException();

    /// <summary>The condition that the attribute has a value.</summary>
    public abstract string IsPresent(FilterSql sql);

    /// <summary>The SQL expression that sorts as the attribute does.</summary>
    public virtual string? SortExpression => null;

    /// <summary>Whether all resources have the same value: then there is no order by it, and SQL refuses one by a literal.</summary>
    public virtual bool IsConstant => false;

    /// <summary>Whether a resource may be without it.</summary>
    public virtual bool IsNullable => false;

    /// <summary>A column, or an expression, that holds the comparison key; every resource has one.</summary>
    public static FilterColumn Of(string expression) => new Plain(expression, isConstant: false, isNullable: false);

    /// <summary>A column that holds the comparison key, or NULL.</summary>
    public static FilterColumn OfNullable(string column) => new Plain(column, isConstant: false, isNullable: true);

    /// <summary>A literal that is the comparison key of every resource.</summary>
    public static FilterColumn OfConstant(string literal) => new Plain(literal, isConstant: true, isNullable: false);

    /// <summary>A column of microseconds. Operands may be finer, so both sides are compared in ticks of 100 ns.</summary>
    public static FilterColumn OfTime(string column) => new Time(column);

    /// <summary>A URI made of a prefix and a column.</summary>
    public static FilterColumn OfReference(string prefix, string column) => new Reference(prefix, column);

    private sealed class Plain(string expression, bool isConstant, bool isNullable) : FilterColumn
    {
        public override bool IsConstant => isConstant;

        public override bool IsNullable => isNullable;

        public override string? SortExpression => expression;

        public override string Compare(FilterSql sql, ComparisonOperator comparison, FilterValue value) => sql.Compare(expression, comparison, sql.Parameter(value));

        public override bool CanBeAnyOf => !isConstant;

        public override string IsAnyOf(FilterSql sql, IReadOnlyList<string> values) => sql.IsAnyOf(expression, values);

        public override string IsPresent(FilterSql sql) => $"({expression} is not null)";
    }

    private sealed class Time(string column) : FilterColumn
    {
        public override string? SortExpression => column;

        public override string Compare(FilterSql sql, ComparisonOperator comparison, FilterValue value)
        {
            var time = DateTimeOffset.Parse(((FilterValue.Text)value).Key, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            return sql.Compare($"({column} * 10)", comparison, sql.Parameter((time - DateTimeOffset.UnixEpoch).Ticks));
        }

        public override string IsPresent(FilterSql sql) => $"({column} is not null)";
    }

    private sealed class Reference(string prefix, string column) : FilterColumn
    {
        public override string? SortExpression => column;

        public override string Compare(FilterSql sql, ComparisonOperator comparison, FilterValue value)
        {
            var expression = $"({sql.Parameter(prefix)} || {column})";
            return sql.Compare(expression, comparison, sql.Parameter(value));
        }

        public override string IsPresent(FilterSql sql) => $"({column} is not null)";
    }

    /// <summary>An attribute in the comparison document, for whose <c>eq</c> there is an index of its own.</summary>
    /// <param name="condition">The condition, with <c>{0}</c> for the operand.</param>
    /// <param name="path">The attribute.</param>
    internal sealed class Indexed(string condition, AttributePath path) : FilterColumn
    {
        public override string Compare(FilterSql sql, ComparisonOperator comparison, FilterValue value) =>
            comparison == ComparisonOperator.Equal
                ? string.Format(CultureInfo.InvariantCulture, condition, sql.Parameter(value))
                : sql.CompareInDocument(path, comparison, value);

        public override string IsPresent(FilterSql sql) => sql.IsPresentInDocument(path);
    }
}

/// <summary>The elements of a multi-valued attribute that stands in a table of its own.</summary>
/// <param name="key">The column of the resource that the branches select.</param>
/// <param name="branches">The tables: an element stands in one of them.</param>
internal sealed class FilterElements(string key, params FilterElements.Branch[] branches)
{
    /// <summary>One table of elements.</summary>
    /// <param name="Select">Selects the keys of resources; a condition on an element may be added with <c>and</c>.</param>
    /// <param name="Columns">The sub-attributes.</param>
    internal sealed record Branch(string Select, FilterColumns Columns);

    /// <summary>Whether one element fulfils a filter whose paths are relative to the element.</summary>
    public string Any(FilterSql sql, Filter inner) => In(branch => $"{branch.Select} and {sql.With(branch.Columns).Compile(inner)}");

    /// <summary>The attribute itself, or one of its sub-attributes, as a column.</summary>
    public FilterColumn Column(ScimAttribute? sub) => new OfElements(this, sub);

    private string In(Func<Branch, string> select) => $"({key} in ({string.Join(" union all ", branches.Select(select))}))";

    private sealed class OfElements(FilterElements elements, ScimAttribute? sub) : FilterColumn
    {
        private AttributePath Relative => new(null, sub, null);

        public override string Compare(FilterSql sql, ComparisonOperator comparison, FilterValue value)
        {
            var some = elements.Any(sql, new Filter.Comparison(Relative, comparison, value));
            // "Some value differs" holds as well where there is no value at all.
            return comparison == ComparisonOperator.NotEqual ? $"({some} or not {elements.In(branch => branch.Select)})" : some;
        }

        public override string IsPresent(FilterSql sql) =>
            sub is null ? elements.In(branch => branch.Select) : elements.Any(sql, new Filter.Present(Relative));
    }
}
