using Rollcall.Scim.Paths;

namespace Rollcall.Scim.Filters;

/// <summary>
/// A filter of RFC 7644 §3.4.2.2, bound to a resource type: attributes are resolved, operands typed and made comparable.
/// The cases are closed, so that a switch over them is complete: <see cref="And"/>, <see cref="Or"/>, <see cref="Not"/>,
/// <see cref="Comparison"/>, <see cref="Present"/>, <see cref="ValuePath"/> and <see cref="Constant"/>.
/// What each means is said by <see cref="FilterEvaluator"/>. Equality is structural.
/// </summary>
public abstract record Filter
{
    private Filter()
    {
    }

    /// <summary>All operands hold. Made by <see cref="AllOf"/>: two operands or more, none of them an And or a constant.</summary>
    public sealed record And : Filter
    {
        internal And(IReadOnlyList<Filter> operands) => Operands = operands;

        /// <summary>The operands in the order of the filter; as a list, since chains may be long.</summary>
        public IReadOnlyList<Filter> Operands { get; }

        /// <summary>Compares operand by operand.</summary>
        public bool Equals(And? other) => other is not null && Operands.SequenceEqual(other.Operands);

        /// <summary>A hash of the operands.</summary>
        public override int GetHashCode() => Hash(Operands);
    }

    /// <summary>One operand or more holds. Made by <see cref="AnyOf"/>: two operands or more, none of them an Or or a constant.</summary>
    public sealed record Or : Filter
    {
        internal Or(IReadOnlyList<Filter> operands) => Operands = operands;

        /// <summary>The operands in the order of the filter; as a list, since chains may be long.</summary>
        public IReadOnlyList<Filter> Operands { get; }

        /// <summary>Compares operand by operand.</summary>
        public bool Equals(Or? other) => other is not null && Operands.SequenceEqual(other.Operands);

        /// <summary>A hash of the operands.</summary>
        public override int GetHashCode() => ~Hash(Operands);
    }

    /// <summary>The operand does not hold.</summary>
    /// <param name="Operand">What is negated.</param>
    public sealed record Not(Filter Operand) : Filter;

    /// <summary>An attribute is compared with a value.</summary>
    /// <param name="Path">
    /// The attribute; its leaf is never complex. Inside a <see cref="ValuePath"/> the path is relative to the element:
    /// <see cref="AttributePath.Attribute"/> is the element's sub-attribute, extension and sub are null.
    /// </param>
    /// <param name="Operator">How to compare.</param>
    /// <param name="Value">What to compare with, of the leaf's type.</param>
    public sealed record Comparison(AttributePath Path, ComparisonOperator Operator, FilterValue Value) : Filter;

    /// <summary>An attribute has a value (<c>pr</c>).</summary>
    /// <param name="Path">The attribute, complex ones and whole extensions included; relative inside a <see cref="ValuePath"/>.</param>
    public sealed record Present(AttributePath Path) : Filter;

    /// <summary>One element of a multi-valued complex attribute satisfies a filter by itself: <c>emails[type eq "work"]</c>.</summary>
    /// <param name="Path">The attribute, without sub-attribute.</param>
    /// <param name="Inner">The filter, whose paths are relative to the element. It holds no further ValuePath.</param>
    public sealed record ValuePath(AttributePath Path, Filter Inner) : Filter;

    /// <summary>
    /// Always or never, whatever the resource: what remains of attributes that the type does not have
    /// (<see cref="UnknownAttribute.NoValue"/>). A parsed filter is a constant as a whole or holds none.
    /// </summary>
    /// <param name="Value">Whether it always holds.</param>
    public sealed record Constant(bool Value) : Filter;

    /// <summary>The conjunction: flat, without constants, the operand itself where only one is left.</summary>
    public static Filter AllOf(IEnumerable<Filter> operands)
    {
        List<Filter> flat = [];
        foreach (var operand in operands)
        {
            switch (operand)
            {
                case Constant { Value: false }: return operand;
                case Constant: break;
                case And and: flat.AddRange(and.Operands); break;
                default: flat.Add(operand); break;
            }
        }
        return flat switch { [] => new Constant(true), [var only] => only, _ => new And(flat) };
    }

    /// <summary>The disjunction: flat, without constants, the operand itself where only one is left.</summary>
    public static Filter AnyOf(IEnumerable<Filter> operands)
    {
        List<Filter> flat = [];
        foreach (var operand in operands)
        {
            switch (operand)
            {
                case Constant { Value: true }: return operand;
                case Constant: break;
                case Or or: flat.AddRange(or.Operands); break;
                default: flat.Add(operand); break;
            }
        }
        return flat switch { [] => new Constant(false), [var only] => only, _ => new Or(flat) };
    }

    /// <summary>The negation; of a constant, the other constant.</summary>
    public static Filter NoneOf(Filter operand) => operand is Constant constant ? new Constant(!constant.Value) : new Not(operand);

    /// <summary>The value path; a constant inside leaves nothing to look for, or only whether there is an element.</summary>
    public static Filter AnyElement(AttributePath path, Filter inner) => inner switch
    {
        Constant { Value: false } never => never,
        Constant => new Present(path),
        _ => new ValuePath(path, inner),
    };

    /// <summary>
    /// The filter in the syntax of RFC 7644 Figure 1; parsing it gives an equal filter. A constant is written as
    /// <c>id pr</c> or its negation, since every resource has an id.
    /// </summary>
    public sealed override string ToString() => this switch
    {
        And and => string.Join(" and ", and.Operands.Select(operand => operand is Or ? $"({operand})" : operand.ToString())),
        Or or => string.Join(" or ", or.Operands),
        Not not => $"not ({not.Operand})",
        Comparison comparison => $"{comparison.Path} {comparison.Operator.Word()} {comparison.Value}",
        Present present => $"{present.Path} pr",
        ValuePath valuePath => $"{valuePath.Path}[{valuePath.Inner}]",
        Constant constant => constant.Value ? "id pr" : "not (id pr)",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static int Hash(IReadOnlyList<Filter> operands)
    {
        var hash = new HashCode();
        foreach (var operand in operands)
            hash.Add(operand);
        return hash.ToHashCode();
    }
}
