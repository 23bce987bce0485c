using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rollcall.Tests.Conformance;

/// <summary>The requirements of the RFCs, in our own words: <c>tests/conformance/matrix.json</c>.</summary>
internal sealed record Matrix
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>Requirements that nothing proves yet, by id; empty in a release.</summary>
    public required IReadOnlyList<string> Pending { get; init; }

    public required IReadOnlyList<Section> Sections { get; init; }

    [JsonIgnore]
    public IEnumerable<Requirement> Requirements => Sections.SelectMany(section => section.Requirements);

    public static Matrix Read() => JsonSerializer.Deserialize<Matrix>(File.ReadAllText(Path.Combine(Repository.Root, "tests", "conformance", "matrix.json")), Options)!;

    internal sealed record Section(string Title, IReadOnlyList<Requirement> Requirements);
}

/// <summary>One requirement.</summary>
/// <param name="Id">S for RFC 7643 and 7644, C for RFC 9865, O for OAuth and HTTP; three digits.</param>
/// <param name="Level">The RFC's word, or where else the requirement comes from.</param>
/// <param name="Section">Where it stands.</param>
/// <param name="Words">What it asks for.</param>
/// <param name="Reason">Why it does not apply here, or is not followed; null where it is.</param>
internal sealed record Requirement(string Id, string Level, string Section, string Words, string? Reason = null);
