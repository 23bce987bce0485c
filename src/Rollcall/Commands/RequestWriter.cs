using System.Text.Json;

namespace Rollcall.Commands;

/// <summary>Writes an access request for people.</summary>
internal static class RequestWriter
{
    private static readonly string[] Header = ["id", "state", "operation", "application", "requester", "reason", "untilAt", "createdAt", "closedAt"];

    private static readonly Column[] ItemColumns =
    [
        Column.Of("ITEM", "id"),
        Column.Of("IDENTITY", "identity"),
        new("ENTITLEMENT", item => item.Member("entitlement")?.Text("title") ?? item.Member("entitlement")?.Text("id")),
        Column.Of("STATE", "state"),
        new("TRANSACTION", item => item.Member("transaction") is { } transaction ? $"{transaction.Text("id")} {transaction.Text("state")}" : null),
        new("MESSAGE", item => item.Text("message") ?? item.Member("transaction")?.Text("message")),
    ];

    private static readonly Column[] ApprovalColumns =
    [
        Column.Of("APPROVAL", "id"),
        Column.Of("ITEM", "itemId"),
        Column.Of("ROLE", "role"),
        Column.Of("APPROVER", "approver"),
        Column.Of("STATE", "state"),
        new("COMMENT", approval => approval.Text("comment") ?? approval.Text("note")),
    ];

    /// <summary>A request that was just made: how it stands, and who decides.</summary>
    public static void WriteMade(TextWriter output, JsonElement request)
    {
        output.WriteLine($"{Progress(request)}.");
        var approvers = Approvals(request).Where(approval => approval.Text("state") is "pending").Select(approval => approval.Text("approver")).Distinct().ToList();
        if (approvers.Count > 0)
            output.WriteLine($"To be decided by {Shell.Printable(string.Join(", ", approvers))}.");
    }

    /// <summary>All of a request.</summary>
    public static void Write(TextWriter output, JsonElement request)
    {
        DetailsWriter.Write(output, JsonSerializer.SerializeToElement(request.EnumerateObject().Where(member => Header.Contains(member.Name)).ToDictionary(member => member.Name, member => member.Value)));
        WriteTable(output, Items(request), ItemColumns);
        WriteTable(output, Approvals(request), ApprovalColumns);
    }

    /// <summary>How far a request is: <c>Request 12 is provisioning, 2 of 5 items settled</c>.</summary>
    public static string Progress(JsonElement request)
    {
        var items = Items(request);
        var settled = items.Count(item => item.Text("state") is not ("pending" or "provisioning"));
        var progress = items.Count > 1 && settled < items.Count ? $", {settled} of {items.Count} items settled" : "";
        return $"Request {request.Text("id")} is {Words(request.Text("state"))}{progress}";
    }

    private static string? Words(string? state) => state is "partiallyCompleted" ? "partially completed" : state;

    private static List<JsonElement> Items(JsonElement request) => request.Member("items") is { ValueKind: JsonValueKind.Array } items ? [.. items.EnumerateArray()] : [];

    private static List<JsonElement> Approvals(JsonElement request) =>
        [.. Items(request).SelectMany(item => item.Member("approvals") is { ValueKind: JsonValueKind.Array } approvals ? approvals.EnumerateArray().ToList() : [])];

    private static void WriteTable(TextWriter output, List<JsonElement> rows, Column[] columns)
    {
        if (rows.Count == 0)
            return;
        output.WriteLine();
        new TableWriter(output, [.. columns.Select(column => column.Header)]).Write([.. rows.Select(row => (string[])[.. columns.Select(column => Output.Cell(column.Cell(row)))])]);
    }
}
