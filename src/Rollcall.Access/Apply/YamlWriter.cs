using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Rollcall.Access.Apply;

/// <summary>
/// Writes documents as YAML that every reader takes for the same values: text that YAML 1.1 or 1.2 would read as something else
/// (<c>yes</c>, <c>1e3</c>, <c>null</c>, dates) stands in quotes, text of several lines as a block where a block says it exactly.
/// </summary>
internal static partial class YamlWriter
{
    // Lines are never folded, and long keys stay simple ones: a line is a value, which is what one wants to compare.
    private static readonly EmitterSettings Settings = new(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024, newLine: "\n");

    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase) { "null", "true", "false", "yes", "no", "on", "off", "y", "n" };

    /// <summary>Writes one document, begun by <c>---</c>.</summary>
    public static void Write(TextWriter output, JsonObject document)
    {
        var emitter = new Emitter(output, Settings);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: false));
        Write(emitter, document);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
    }

    private static void Write(Emitter emitter, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject mapping:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, MappingStyle.Block));
                foreach (var (key, value) in mapping)
                {
                    emitter.Emit(Text(key, mayBeBlock: false));
                    Write(emitter, value);
                }
                emitter.Emit(new MappingEnd());
                break;
            case JsonArray sequence:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, SequenceStyle.Block));
                foreach (var item in sequence)
                    Write(emitter, item);
                emitter.Emit(new SequenceEnd());
                break;
            case { } value when value.GetValueKind() == JsonValueKind.String:
                emitter.Emit(Text(value.GetValue<string>(), mayBeBlock: true));
                break;
            default:
                throw new System.Diagnostics.UnreachableException("Documents hold texts only.");
        }
    }

    private static Scalar Text(string text, bool mayBeBlock)
    {
        var style = Plain().IsMatch(text) && !Words.Contains(text) ? ScalarStyle.Plain
            : mayBeBlock && IsBlock(text) ? ScalarStyle.Literal
            : ScalarStyle.DoubleQuoted;
        return new Scalar(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: true, isQuotedImplicit: true);
    }

    /// <summary>Whether a literal block shows the text as it is: lines of printable characters, no blanks where they would not be seen.</summary>
    private static bool IsBlock(string text) =>
        text.Contains('\n', StringComparison.Ordinal) && text[0] is not ('\n' or ' ') && text[^1] != ' '
        && !text.EndsWith("\n\n", StringComparison.Ordinal) && !text.Contains(" \n", StringComparison.Ordinal)
        && text.All(c => c == '\n' || c is (>= ' ' and <= '~') or (>= '\u00A1' and < '\u2000'));

    // Nothing that begins like a number, a date or an indicator, and no ": " or " #" within.
    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+(][A-Za-z0-9_./@+()-]*)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Plain();
}
