using System.Text.Json;
using Rollcall.Access.Lists;
using Rollcall.Web.Api;

namespace Rollcall.Access.Apply;

/// <summary>
/// A definition as it would be stored, to be compared with what is stored: the same text is the same definition, without a look at
/// what it says. Where the date of the next review is not given, any is right.
/// </summary>
/// <param name="definition">The definition.</param>
internal sealed class DefinitionText(ListDefinition definition)
{
    private static readonly DateTimeOffset AnyDate = DateTimeOffset.MinValue;
    private static readonly string Mark = $"\"nextAuditDate\":{JsonSerializer.Serialize(AnyDate, ApiJson.Options)}";

    private (string Before, string? After)? _text;

    /// <summary>Whether a stored text is that of the definition.</summary>
    public bool IsOf(string stored)
    {
        var (before, after) = _text ??= Make();
        if (after is null)
            return stored == before;
        var date = stored.Length - before.Length - after.Length;
        return date > 0 && stored.StartsWith(before, StringComparison.Ordinal) && stored.EndsWith(after, StringComparison.Ordinal)
            && !stored.AsSpan(before.Length, date).Contains('"');
    }

    private (string, string?) Make()
    {
        if (definition.Audit is not { NextAuditDate: null } audit)
            return (JsonSerializer.Serialize(definition, ApiJson.Options), null);
        var text = JsonSerializer.Serialize(definition with { Audit = audit with { NextAuditDate = AnyDate } }, ApiJson.Options);
        // Labels, which might look the same, stand after it.
        var at = text.IndexOf(Mark, StringComparison.Ordinal);
        var quote = text.IndexOf(':', at) + 2;
        return (text[..quote], text[(at + Mark.Length - 1)..]);
    }
}
