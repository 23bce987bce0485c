using System.Text.Json.Nodes;
using Rollcall.Scim.Bulk;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Tests.Bulk;

/// <summary>Bulk requests from one line each operation: <c>METHOD path [bulkId] [> references]</c>.</summary>
internal static class BulkRequests
{
    private static readonly IReadOnlyList<ResourceType> Types = [ResourceTypes.User, ResourceTypes.Group];

    public static BulkRequest Of(params IEnumerable<string> operations) =>
        Parse(new JsonObject { ["schemas"] = new JsonArray(SchemaUris.BulkRequest), ["Operations"] = new JsonArray([.. operations.Select(Operation)]) });

    public static BulkRequest Parse(JsonNode body, int maxOperations = 1000) => BulkRequest.Parse(Json.Body(body), Types, maxOperations);

    /// <summary>One operation with this data.</summary>
    public static BulkOperation WithData(JsonNode data, params IEnumerable<string> made)
    {
        var operation = Operation("PATCH Groups/1")!.AsObject();
        operation["data"] = data.DeepClone();
        var all = new JsonArray([operation, .. made.Select(name => new JsonObject { ["method"] = "POST", ["path"] = "/Users", ["bulkId"] = name, ["data"] = new JsonObject() })]);
        return Parse(new JsonObject { ["schemas"] = new JsonArray(SchemaUris.BulkRequest), ["Operations"] = all }).Operations[0];
    }

    private static JsonNode? Operation(string line)
    {
        var parts = line.Split(" > ");
        var words = parts[0].Split(' ');
        var references = parts.Length == 1 ? [] : parts[1].Split(' ');
        var operation = new JsonObject { ["method"] = words[0], ["path"] = $"/{words[1]}" };
        if (words.Length > 2)
            operation["bulkId"] = words[2];
        operation["data"] = new JsonObject { ["members"] = new JsonArray([.. references.Select(name => new JsonObject { ["value"] = $"bulkId:{name}" })]) };
        return operation;
    }
}
