using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Bulk;

/// <summary>One operation of a bulk request (RFC 7644 §3.7).</summary>
public sealed record BulkOperation
{
    private static readonly string[] Methods = ["POST", "PUT", "PATCH", "DELETE"];

    private BulkOperation(int index, string method)
    {
        Index = index;
        Method = method;
    }

    /// <summary>Its place in the request, from 0.</summary>
    public int Index { get; }

    /// <summary><c>POST</c>, <c>PUT</c>, <c>PATCH</c> or <c>DELETE</c>; what was sent, cut short, where it is none of them.</summary>
    public string Method { get; }

    /// <summary>Whether it makes a resource.</summary>
    public bool IsCreation => Method == "POST";

    /// <summary>The name that the client gives to the operation, and to the resource where it makes one; null for none.</summary>
    public string? BulkId { get; private init; }

    /// <summary>What it is done to; null only beside a fault.</summary>
    public BulkPath? Path { get; private init; }

    /// <summary>The path as it was sent, with its slash; null where that is none below the base URL.</summary>
    public string? GivenPath { get; private init; }

    /// <summary>The body of the request that the operation stands for: a resource or a PATCH message. Null for DELETE. Not to be changed.</summary>
    public JsonObject? Data { get; private init; }

    /// <summary>The version that it is made for, which stands for <c>If-Match</c>; null for none.</summary>
    public ScimPrecondition? Version { get; private init; }

    /// <summary>The <c>bulkId</c>s that path and data refer to, each once.</summary>
    public IReadOnlyCollection<string> References { get; private init; } = [];

    /// <summary>Why it can't be done, whatever the others do; null where its form is sound.</summary>
    public ScimException? Fault { get; init; }

    /// <summary>The id of the resource that it is done to, as <paramref name="idOf"/> tells it if the path refers to it by a <c>bulkId</c>; null for a creation.</summary>
    /// <param name="idOf">The id of what a <c>bulkId</c> stands for.</param>
    public string? ResolveId(Func<string, string> idOf) => Path?.Id is { } id && BulkReferences.NameIn(id) is { } bulkId ? idOf(bulkId) : Path?.Id;

    /// <summary>The data with ids in place of references; <see cref="Data"/> itself where there are none.</summary>
    /// <param name="idOf">The id of what a <c>bulkId</c> stands for.</param>
    public JsonObject? ResolveData(Func<string, string> idOf) => Data is null || References.Count == 0 ? Data : BulkReferences.Resolve(Data, idOf);

    /// <summary>Reads an operation. What is wrong with it becomes its fault.</summary>
    /// <exception cref="ScimException"><c>invalidSyntax</c> where it is so far from an operation that no result could be given.</exception>
    internal static BulkOperation Read(JsonNode? node, int index, IReadOnlyList<ResourceType> types)
    {
        if (node is not JsonObject given || TextOf(given["method"]) is not { Length: > 0 } method)
            throw ScimException.InvalidSyntax(string.Create(CultureInfo.InvariantCulture, $"Operations[{index}] must be an object with a \"method\": POST, PUT, PATCH or DELETE."));
        var known = Array.Find(Methods, name => name.Equals(method, StringComparison.OrdinalIgnoreCase));
        var operation = new BulkOperation(index, known ?? Faults.Short(method))
        {
            BulkId = TextOf(given["bulkId"]) is { Length: > 0 } bulkId ? bulkId : null,
            GivenPath = BulkPath.Below(TextOf(given["path"])),
        };
        try
        {
            return operation.Complete(given, known, types);
        }
        catch (ScimException fault)
        {
            return operation with { Fault = fault };
        }
    }

    private BulkOperation Complete(JsonObject given, string? known, IReadOnlyList<ResourceType> types)
    {
        if (known is null)
            throw ScimException.InvalidValue($"{Method} is no method of a bulk request: those are POST, PUT, PATCH and DELETE. Resources are read by requests of their own.");
        var path = BulkPath.Parse(TextOf(given["path"]) ?? throw ScimException.InvalidSyntax("\"path\" is missing. Send the path below the base URL, such as /Users/{id}."), IsCreation, types);
        if (given["bulkId"] is not null && BulkId is null)
            throw ScimException.InvalidSyntax("\"bulkId\" must be a text that is not empty.");
        if (IsCreation && BulkId is null)
            throw ScimException.InvalidSyntax("A POST needs a \"bulkId\", which tells its result from the others.");
        var data = Method == "DELETE" ? null
            : given["data"] as JsonObject ?? throw ScimException.InvalidSyntax($"A {Method} needs \"data\": {(Method == "PATCH" ? "an object that is a whole PATCH message, with its schemas" : "the resource, as an object")}.");
        var references = new HashSet<string>(StringComparer.Ordinal);
        if (path.Id is not null && BulkReferences.NameIn(path.Id) is { } name)
            references.Add(name);
        if (data is not null)
            BulkReferences.Collect(data, references);
        return this with { Path = path, Data = data, Version = ReadVersion(given["version"]), References = references };
    }

    private ScimPrecondition? ReadVersion(JsonNode? version) => version?.GetValueKind() switch
    {
        null => null,
        _ when IsCreation => null, // What is not there yet has no version.
        JsonValueKind.String => ScimPrecondition.Parse(version.GetValue<string>()),
        JsonValueKind.Number => ScimPrecondition.Parse(version.ToJsonString()),
        _ => throw ScimException.InvalidValue($"\"version\" must be the text of a version, such as W/\"7\", not {Faults.Kind(version)}."),
    };

    private static string? TextOf(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;
}
