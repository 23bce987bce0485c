using Rollcall.Scim.Paths;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Filters;

/// <summary>
/// Reads filters (RFC 7644 §3.4.2.2, Figure 1) by recursive descent: or, and, not, then a comparison. It recurses only
/// into parentheses and brackets, whose depth is limited, so no input exhausts the stack.
/// </summary>
public sealed class FilterParser
{
    private readonly FilterReader _reader;
    private readonly ResourceType _type;
    private readonly FilterOptions _options;

    // Inside brackets: the attribute before them, or "nothing" where the type does not have that attribute.
    private AttributePath? _element;
    private bool _inNothing;
    private int _depth;
    private int _terms;

    private FilterParser(FilterReader reader, ResourceType type, FilterOptions options)
    {
        _reader = reader;
        _type = type;
        _options = options;
    }

    private bool InBrackets => _element is not null || _inNothing;

    /// <summary>Reads a filter and binds it to a resource type.</summary>
    /// <param name="text">The filter, decoded from the URL.</param>
    /// <param name="type">The type whose attributes it names.</param>
    /// <param name="options">Strictness and limits.</param>
    /// <exception cref="ScimException">
    /// 400 <c>invalidFilter</c>: malformed, over a limit, an unknown attribute, or attribute, operator and operand that do
    /// not go together. The detail begins with the position, counted in characters from 1.
    /// </exception>
    public static Filter Parse(string text, ResourceType type, FilterOptions options)
    {
        if (text.Length > options.MaxLength)
            throw ScimException.InvalidFilter($"The filter has {text.Length} characters, the limit is {options.MaxLength}.");
        var reader = new FilterReader(text);
        var filter = new FilterParser(reader, type, options).ParseOr();
        reader.SkipSpace();
        return reader.AtEnd ? filter : throw FilterReader.Fault(reader.Position, "expected \"and\", \"or\" or the end of the filter.");
    }

    /// <summary>
    /// Reads the filter inside the brackets of a PATCH path, up to but not including the closing one; its paths are
    /// relative to an element of <paramref name="owner"/>.
    /// </summary>
    internal static Filter ParseElementFilter(FilterReader reader, AttributePath owner, ResourceType type, FilterOptions options) =>
        new FilterParser(reader, type, options) { _element = owner }.ParseOr();

    private Filter ParseOr()
    {
        List<Filter> operands = [ParseAnd()];
        while (_reader.TryTakeWord("or"))
            operands.Add(ParseAnd());
        return operands is [var only] ? only : Filter.AnyOf(operands);
    }

    private Filter ParseAnd()
    {
        List<Filter> operands = [ParseTerm()];
        while (_reader.TryTakeWord("and"))
            operands.Add(ParseTerm());
        return operands is [var only] ? only : Filter.AllOf(operands);
    }

    private Filter ParseTerm()
    {
        _reader.SkipSpace();
        if (_reader.TryTake('('))
            return ParseNested(')');
        var start = _reader.Position;
        var name = _reader.TakeWord();
        if (name.Length == 0)
            throw FilterReader.Fault(start, "expected an attribute, \"not\" or an opening parenthesis.");
        if (name.Equals("not", StringComparison.OrdinalIgnoreCase) && TryTakeParenthesis())
            return Filter.NoneOf(ParseNested(')'));
        return _reader.TryTake('[') ? ParseValuePath(name, start) : ParseComparison(Resolve(name, start), start);
    }

    /// <summary>"not(" and "not (" are the same (erratum 7319).</summary>
    private bool TryTakeParenthesis()
    {
        _reader.SkipSpace();
        return _reader.TryTake('(');
    }

    private Filter ParseNested(char close)
    {
        if (++_depth > _options.MaxDepth)
            throw FilterReader.Fault(_reader.Position - 1, $"parentheses and brackets may nest {_options.MaxDepth} deep.");
        var filter = ParseOr();
        _reader.SkipSpace();
        if (!_reader.TryTake(close))
            throw FilterReader.Fault(_reader.Position, $"expected \"and\", \"or\" or \"{close}\".");
        _depth--;
        return filter;
    }

    /// <summary>attr[filter], and outside of the grammar attr[filter].sub op value.</summary>
    private Filter ParseValuePath(string name, int start)
    {
        if (InBrackets)
            throw FilterReader.Fault(start, "brackets inside brackets are not allowed.");
        var path = Resolve(name, start);
        if (path is not null && path.Leaf is not { Type: AttributeType.Complex })
            throw FilterReader.Fault(start, $"{path} has no sub-attributes, so brackets can't follow it.");

        (_element, _inNothing) = (path, path is null);
        var inner = ParseNested(']');
        // Microsoft Entra ID: emails[type eq "work"].value eq "x" is one more condition on the same element (D-21).
        var dot = _reader.Position;
        if (_reader.TryTake('.'))
        {
            if (_options.Strict)
                throw FilterReader.Fault(dot, "nothing may follow the brackets; write the condition inside them.");
            inner = Filter.AllOf([inner, ParseComparison(Resolve(_reader.TakeWord(), dot + 1), dot + 1)]);
        }
        (_element, _inNothing) = (null, false);

        if (path is null)
            return new Filter.Constant(false);
        // name[givenName eq "x"]: the one value is its own element, and must be there.
        return path.Leaf!.MultiValued ? Filter.AnyElement(path, inner) : Filter.AllOf([new Filter.Present(path), inner]);
    }

    private Filter ParseComparison(AttributePath? path, int start)
    {
        if (++_terms > _options.MaxTerms)
            throw FilterReader.Fault(start, $"a filter may hold {_options.MaxTerms} comparisons.");
        _reader.SkipSpace();
        var position = _reader.Position;
        var word = _reader.TakeWord();
        if (word.Equals("pr", StringComparison.OrdinalIgnoreCase))
            return path is null ? new Filter.Constant(false) : new Filter.Present(path);
        if (ComparisonOperators.Find(word) is not { } comparison)
        {
            var fault = word.Length == 0 ? "an operator is missing." : $"{FilterReader.Echo(word)} is not an operator.";
            throw FilterReader.Fault(position, $"{fault} The operators are eq, ne, co, sw, ew, pr, gt, ge, lt and le.");
        }

        var literal = _reader.TakeLiteral();
        if (literal.Kind == LiteralKind.Null)
            return CompareWithNull(path, comparison, literal);
        // An attribute that the type does not have is unassigned: it differs from everything (D-19).
        if (path is null)
            return new Filter.Constant(comparison == ComparisonOperator.NotEqual);
        var value = ValueOf(path, start);
        OperandBinder.CheckOperator(value.Leaf!, comparison, position);
        return new Filter.Comparison(value, comparison, OperandBinder.Bind(value.Leaf!, comparison, literal, _options.Strict));
    }

    /// <summary>Null is "unassigned" (RFC 7643 §2.5): eq null is the negation of pr (D-24).</summary>
    private static Filter CompareWithNull(AttributePath? path, ComparisonOperator comparison, Literal literal)
    {
        Filter present = path is null ? new Filter.Constant(false) : new Filter.Present(path);
        return comparison switch
        {
            ComparisonOperator.Equal => Filter.NoneOf(present),
            ComparisonOperator.NotEqual => present,
            _ => throw FilterReader.Fault(literal.Position, "only eq and ne compare with null."),
        };
    }

    /// <summary>
    /// What a comparison looks at: of a multi-valued complex attribute its value (D-22, as RFC 7644's own examples do).
    /// Microsoft Entra ID asks so for a single one, too: <c>id eq 54D3… and manager eq 2819…</c>.
    /// </summary>
    private AttributePath ValueOf(AttributePath path, int start)
    {
        if (path.Leaf is { Type: not AttributeType.Complex })
            return path;
        if (path is { Attribute: { } attribute, Sub: null } && (attribute.MultiValued || !_options.Strict) && attribute.Find("value") is { } value)
            return path with { Sub = value };
        var example = path.Leaf is { SubAttributes: [var first, ..] } ? $", such as {path}.{first.Name}" : "";
        throw FilterReader.Fault(start, $"{path} is not a single value: compare one of its attributes{example}.");
    }

    /// <summary>The attribute of that name; null for one that counts as unassigned.</summary>
    private AttributePath? Resolve(string name, int start)
    {
        var path = _inNothing ? null : _element is null ? ResolveInType(name) : ResolveInElement(_element, name);
        if (path is null)
        {
            if (_options.UnknownAttribute == UnknownAttribute.Refuse || !IsWellFormed(name))
                throw FilterReader.Fault(start, $"{_element?.ToString() ?? _type.Name} has no attribute {FilterReader.Echo(name)}.");
        }
        else if (path.Attribute is { Returned: Returned.Never } || path.Sub is { Returned: Returned.Never })
        {
            // What is never shown must not be guessed by filters either.
            throw FilterReader.Fault(start, $"{path} is never returned and can't be used in a filter.");
        }
        return path;
    }

    private AttributePath? ResolveInType(string name)
    {
        var path = AttributePath.TryResolve(_type, _options.Strict ? name : ClientQuirks.UnqualifiedName(name, _type));
        return path is null && !_options.Strict ? AttributePath.TryResolve(_type, ClientQuirks.BareLastModified(name)) : path;
    }

    private static AttributePath? ResolveInElement(AttributePath owner, string name)
    {
        if (owner.Leaf!.Find(name) is not { } sub)
            return null;
        return owner.Leaf.MultiValued ? new AttributePath(null, sub, null) : owner with { Sub = sub };
    }

    /// <summary>Whether a name could be one: no digits first, no quotes or commas (RFC 7644 Figure 1).</summary>
    private static bool IsWellFormed(string name) =>
        (char.IsAsciiLetter(name.FirstOrDefault()) || name.StartsWith('$'))
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '$' or '.' or ':');
}
