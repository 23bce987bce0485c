using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Filters;

/// <summary>Which operators and operands go with which type of attribute (RFC 7644 Table 3), and the key of the operand.</summary>
internal static class OperandBinder
{
    /// <summary>Types an operand. Throws <c>invalidFilter</c> where it does not go with the attribute.</summary>
    /// <param name="leaf">The attribute that is compared; not complex.</param>
    /// <param name="comparison">The operator, which goes with the attribute.</param>
    /// <param name="literal">The operand; not null.</param>
    /// <param name="strict">Whether only what the RFC allows is read.</param>
    public static FilterValue Bind(ScimAttribute leaf, ComparisonOperator comparison, Literal literal, bool strict)
    {
        return leaf.Type switch
        {
            AttributeType.Boolean => new FilterValue.Boolean(Boolean(leaf, literal, strict)),
            AttributeType.Integer or AttributeType.Decimal => literal.Kind == LiteralKind.Number
                ? new FilterValue.Number(ComparisonKey.Number(literal.Text))
                : throw Mismatch(leaf, literal, "a number"),
            _ => Text(leaf, comparison, literal, strict),
        };
    }

    /// <summary>Throws <c>invalidFilter</c> where the attribute can't be compared in this way.</summary>
    /// <param name="leaf">The attribute that is compared; not complex.</param>
    /// <param name="comparison">The operator.</param>
    /// <param name="position">Where the operator stands, from 0.</param>
    public static void CheckOperator(ScimAttribute leaf, ComparisonOperator comparison, int position)
    {
        var fits = comparison switch
        {
            ComparisonOperator.Equal or ComparisonOperator.NotEqual => true,
            _ when comparison.IsSubstring() => leaf.Type is AttributeType.String or AttributeType.Reference,
            _ => leaf.Type is not (AttributeType.Boolean or AttributeType.Binary),
        };
        if (!fits)
            throw FilterReader.Fault(position, $"{comparison.Word()} can't be used with {leaf.Name}, which is of type {TypeName(leaf)}.");
    }

    private static bool Boolean(ScimAttribute leaf, Literal literal, bool strict)
    {
        if (literal.Kind == LiteralKind.Boolean)
            return literal.Text == "true";
        // Microsoft Entra ID sends booleans as strings: emails[primary eq "True"] (D-26).
        if (!strict && bool.TryParse(literal.Text, out var value))
            return value;
        throw Mismatch(leaf, literal, "true or false, without quotes");
    }

    private static FilterValue.Text Text(ScimAttribute leaf, ComparisonOperator comparison, Literal literal, bool strict)
    {
        // Microsoft Entra ID's guide shows externalId eq jyoung, and RFC 7644 itself meta.resourceType eq User (D-23).
        var bare = !strict && comparison == ComparisonOperator.Equal && !literal.Text.Contains('\'', StringComparison.Ordinal);
        if (literal.Kind != LiteralKind.Text && !bare)
            throw Mismatch(leaf, literal, "text in double quotes");
        var key = leaf.Type switch
        {
            AttributeType.DateTime => ComparisonKey.Time(literal.Text, strict)
                ?? throw Mismatch(leaf, literal, "a date with time, such as \"2026-01-31T08:00:00Z\""),
            AttributeType.Binary => ComparisonKey.Binary(literal.Text) ?? throw Mismatch(leaf, literal, "base64"),
            _ => ComparisonKey.Text(leaf, literal.Text),
        };
        return new FilterValue.Text(literal.Text, key);
    }

    private static ScimException Mismatch(ScimAttribute leaf, Literal literal, string wanted) =>
        FilterReader.Fault(literal.Position, $"{leaf.Name} is of type {TypeName(leaf)}: compare it with {wanted}.");

    /// <summary>The name of the type as schemas write it.</summary>
    private static string TypeName(ScimAttribute attribute) => attribute.Type switch
    {
        AttributeType.DateTime => "dateTime",
        var type => type.ToString().ToLowerInvariant(),
    };
}
