using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Scim;

/// <summary>
/// The value of an <c>If-Match</c> or <c>If-None-Match</c> header, or a <c>meta.version</c> that stands for one:
/// <c>*</c>, or tags separated by commas (RFC 9110 §13.1). Tags that can't be read match nothing, so that an
/// unreadable <c>If-Match</c> is refused with 412 and never taken for "no precondition".
/// </summary>
public sealed class ScimPrecondition
{
    private readonly bool _any;
    private readonly List<long> _revisions = [];

    private ScimPrecondition(string text, bool any)
    {
        Text = text;
        _any = any;
    }

    /// <summary>The header's text as it was given.</summary>
    public string Text { get; }

    /// <summary>Reads a header value; null or blank means that there is no precondition.</summary>
    public static ScimPrecondition? Parse(string? header)
    {
        if (string.IsNullOrWhiteSpace(header))
            return null;
        var text = header.Trim();
        var precondition = new ScimPrecondition(text, text == "*");
        foreach (var tag in text.AsSpan().Split(','))
        {
            if (ScimVersion.TryParse(text.AsSpan()[tag], out var version))
                precondition._revisions.Add(version.Revision);
        }
        return precondition;
    }

    /// <summary>
    /// The <c>meta.version</c> in the body of a PUT, which stands for <c>If-Match</c> where that is missing: SailPoint keeps
    /// versions in resources. A number is as good as its text; anything else can't be read. Null if there is none.
    /// </summary>
    public static ScimPrecondition? OfBody(JsonObject body) => (body["meta"] as JsonObject)?["version"] switch
    {
        null => null,
        var version => Parse(version.GetValueKind() == JsonValueKind.String ? version.GetValue<string>() : version.ToJsonString()),
    };

    /// <summary>The precondition that a resource is still at a version.</summary>
    public static ScimPrecondition Of(ScimVersion version) => Parse(version.ToString())!;

    /// <summary>Whether <paramref name="current"/> is among the tags.</summary>
    public bool Matches(ScimVersion current) => MatchesSince(current.Revision, current.Revision);

    /// <summary>
    /// Whether a tag lies from <paramref name="oldest"/> to <paramref name="newest"/>: for resources whose version also
    /// grows with read-only attributes, where any version since the last writable change is as good as the newest.
    /// </summary>
    public bool MatchesSince(long oldest, long newest) =>
        _any || _revisions.Exists(revision => revision >= oldest && revision <= newest);
}
