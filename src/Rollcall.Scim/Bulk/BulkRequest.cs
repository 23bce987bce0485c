using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Scim.Messages;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Bulk;

/// <summary>A bulk request: many writes in one message (RFC 7644 §3.7).</summary>
public sealed record BulkRequest
{
    private BulkRequest(int? failOnErrors, IReadOnlyList<BulkOperation> operations)
    {
        FailOnErrors = failOnErrors;
        Operations = operations;
    }

    /// <summary>After how many errors nothing more is begun, 1 or more; null for never.</summary>
    public int? FailOnErrors { get; }

    /// <summary>The operations in the order of the request, the faulty ones included.</summary>
    public IReadOnlyList<BulkOperation> Operations { get; }

    /// <summary>
    /// Reads the body. What is wrong with one operation stays with it (<see cref="BulkOperation.Fault"/>), for the others go
    /// on; what is wrong with the message as a whole is thrown, and then none of it is done.
    /// </summary>
    /// <param name="body">The body, as <see cref="ScimJson.ParseObject"/> reads it; not changed, and part of the result.</param>
    /// <param name="types">The resource types that operations may be about.</param>
    /// <param name="maxOperations">The most operations, 1 or more.</param>
    /// <exception cref="ScimException">
    /// 400 <c>invalidSyntax</c> where the message hasn't its shape or a <c>bulkId</c> stands twice, <c>invalidValue</c> for
    /// <c>failOnErrors</c>; 413 for too many operations.
    /// </exception>
    public static BulkRequest Parse(JsonObject body, IReadOnlyList<ResourceType> types, int maxOperations)
    {
        MessageSchemas.Require(body, SchemaUris.BulkRequest);
        var failOnErrors = ReadFailOnErrors(body["failOnErrors"]);
        if (body[nameof(Operations)] is not JsonArray { Count: > 0 } given)
            throw ScimException.InvalidSyntax("\"Operations\" must be an array with at least one operation.");
        if (given.Count > maxOperations)
            throw new ScimException(413, null, string.Create(CultureInfo.InvariantCulture, $"The request has {given.Count} operations; at most {maxOperations} are allowed (maxOperations). Send several requests. Nothing was done."));
        var operations = new List<BulkOperation>(given.Count);
        for (var i = 0; i < given.Count; i++)
            operations.Add(BulkOperation.Read(given[i], i, types));
        var made = CreationsOf(operations);
        return new BulkRequest(failOnErrors, [.. operations.Select(operation => CheckReferences(operation, made))]);
    }

    /// <summary>The number of errors, which D-48 of our reading of the RFC takes as: stop after that many.</summary>
    private static int? ReadFailOnErrors(JsonNode? given) => given switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<long>(out var number) && number > 0 => (int)Math.Min(number, int.MaxValue),
        _ => throw ScimException.InvalidValue("failOnErrors must be a whole number of 1 or more; leave it out to have all operations tried."),
    };

    /// <summary>The <c>bulkId</c>s that stand for what the request makes.</summary>
    private static HashSet<string> CreationsOf(List<BulkOperation> operations)
    {
        var all = new HashSet<string>(StringComparer.Ordinal);
        foreach (var operation in operations)
        {
            if (operation.BulkId is { } bulkId && !all.Add(bulkId))
                throw ScimException.InvalidSyntax($"The bulkId \"{Faults.Short(bulkId)}\" stands at more than one operation; each must be unique. Nothing was done.");
        }
        all.ExceptWith(operations.Where(operation => !operation.IsCreation).Select(operation => operation.BulkId ?? ""));
        return all;
    }

    private static BulkOperation CheckReferences(BulkOperation operation, HashSet<string> made) =>
        operation.Fault is null && operation.References.FirstOrDefault(reference => !made.Contains(reference)) is { } unknown
            ? operation with { Fault = ScimException.InvalidValue($"bulkId:{Faults.Short(unknown)} stands for nothing: no POST of this request has that bulkId.") }
            : operation;
}
