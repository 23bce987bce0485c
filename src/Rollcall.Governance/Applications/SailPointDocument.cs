using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.IdentityIq;
using Rollcall.IdentityIq.Isc;
using Rollcall.IdentityIq.Xml;
using Rollcall.Web.Api;
using SailPoint = Rollcall.IdentityIq.Applications;

namespace Rollcall.Governance.Applications;

/// <summary>The formats of an application as a document.</summary>
internal enum DocumentFormat
{
    /// <summary>Application XML of IdentityIQ.</summary>
    IdentityIq,
    /// <summary>The JSON of an Identity Security Cloud source.</summary>
    Isc,
    /// <summary>The body of <c>POST /api/v1/applications</c>.</summary>
    Json,
}

/// <summary>An application as SailPoint's documents have it: written, read, and the part that only they have kept.</summary>
internal static class SailPointDocument
{
    private const int LargestKept = 512 * 1024;

    /// <summary>Writes a document; placeholders stand for secrets.</summary>
    /// <param name="application">The application.</param>
    /// <param name="discovered">What the last discovery found, by resource type.</param>
    /// <param name="format">One of SailPoint's.</param>
    /// <param name="heading">Lines for whoever opens it.</param>
    /// <exception cref="ApplicationFormatException">The application holds what the format can't, such as a control character.</exception>
    public static string Write(Application application, IReadOnlyDictionary<string, IReadOnlyList<DiscoveredAttribute>> discovered, DocumentFormat format, IReadOnlyList<string> heading) =>
        Write(SailPointExport.Of(application, discovered), format, heading);

    /// <summary>Reads a document.</summary>
    /// <exception cref="ApplicationFormatException">It can't be read; the message says where and why.</exception>
    public static SailPoint.ImportedApplication Read(string text, DocumentFormat format)
    {
        var imported = format == DocumentFormat.IdentityIq ? ApplicationXml.Read(text) : SourceJson.Read(text);
        return imported.Definition.Type.Contains("SCIM", StringComparison.OrdinalIgnoreCase)
            ? imported
            : throw new ApplicationFormatException($"The application is not of the type {SailPoint.ApplicationDefinition.Scim2}, the only one that Rollcall governs.", element: "type");
    }

    /// <summary>
    /// What is to be kept of a document beside the definition that was made of it: nothing new where an export says all of it
    /// already, so that a document that comes back as it was written changes nothing.
    /// </summary>
    /// <param name="document">The document as it was read.</param>
    /// <param name="saved">The application with the definition that was made of it, and with what was kept before.</param>
    /// <param name="discovered">What the last discovery found.</param>
    /// <param name="format">What the document was.</param>
    public static JsonObject? Kept(
        SailPoint.ApplicationDefinition document, Application saved, IReadOnlyDictionary<string, IReadOnlyList<DiscoveredAttribute>> discovered, DocumentFormat format)
    {
        var before = saved.Definition.SailPoint;
        // Read again, since a document may leave out what its format has no room for.
        var known = Read(Write(SailPointExport.Of(saved, discovered), format, []), format).Definition;
        if (Write(known, format, []) == Write(document, format, []))
            return before;
        var kept = SailPointImport.Beyond(document, saved.Definition);
        return JsonSerializer.SerializeToNode(before is null ? kept : WithOtherFormat(kept, Parse(before), format), ApiJson.Options)!.AsObject();
    }

    /// <summary>What was kept, or null.</summary>
    public static SailPoint.ApplicationDefinition? KeptOf(ApplicationDefinition definition) => definition.SailPoint is { } kept ? Parse(kept) : null;

    /// <summary>Checks what is to be kept.</summary>
    /// <exception cref="ApiException">400: it is none of this, or too large.</exception>
    public static void Check(JsonObject kept)
    {
        if (kept.ToJsonString().Length > LargestKept)
            throw ApiException.Invalid("sailPoint", $"What is kept of a document has at most {LargestKept} characters.");
        _ = ApiJson.Read<SailPoint.ApplicationDefinition>(kept, "sailPoint");
    }

    private static SailPoint.ApplicationDefinition Parse(JsonObject kept) => kept.Deserialize<SailPoint.ApplicationDefinition>(ApiJson.Options)!;

    private static string Write(SailPoint.ApplicationDefinition definition, DocumentFormat format, IReadOnlyList<string> heading) => format == DocumentFormat.IdentityIq
        ? ApplicationXml.Write(definition, heading.Count == 0 ? null : string.Join("\n     ", heading))
        : SourceJson.Write(definition, heading);

    // What one format has no room for survives a document of the other.
    private static SailPoint.ApplicationDefinition WithOtherFormat(SailPoint.ApplicationDefinition kept, SailPoint.ApplicationDefinition before, DocumentFormat format) =>
        format == DocumentFormat.IdentityIq
            ? kept with { Remainder = kept.Remainder with { JsonMembers = before.Remainder.JsonMembers } }
            : kept with
            {
                Connector = before.Connector,
                OtherObjects = before.OtherObjects,
                Remainder = kept.Remainder with { XmlAttributes = before.Remainder.XmlAttributes, XmlElements = before.Remainder.XmlElements },
            };
}
