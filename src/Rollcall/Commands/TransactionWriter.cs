using System.Globalization;
using System.Text.Json;

namespace Rollcall.Commands;

/// <summary>Writes a transaction for people: what it is to bring about, then each attempt with what was exchanged.</summary>
/// <param name="output">Where to.</param>
/// <param name="withBodies">Whether what was sent and answered is shown too.</param>
internal sealed class TransactionWriter(TextWriter output, bool withBodies)
{
    /// <summary>Writes the API's answer.</summary>
    public void Write(JsonElement transaction)
    {
        List<(string, string)> lines = [("Transaction", Text(transaction, "id")), ("State", State(transaction)), ("Operation", AppWriter.Words(transaction.Text("operation"))), ("Application", Text(transaction, "application"))];
        foreach (var (label, member) in new[] { ("For", "identity"), ("Account", "account"), ("Entitlement", "entitlement"), ("Request", "request"), ("Cause", "cause"), ("Waits for", "waitsFor") })
        {
            if (transaction.Text(member) is { } value)
                lines.Add((label, label == "Cause" ? AppWriter.Words(value) : Shell.Printable(value)));
        }
        foreach (var (label, member) in new[] { ("Planned", "createdAt"), ("Next attempt", "dueAt"), ("Finished", "finishedAt") })
        {
            if (Output.Time(transaction.Text(member)) is { } time)
                lines.Add((label, Shell.Printable(time)));
        }
        DetailsWriter.Write(output, lines);
        foreach (var attempt in transaction.Items("attempts"))
            WriteAttempt(attempt);
    }

    private void WriteAttempt(JsonElement attempt)
    {
        output.WriteLine();
        var verdict = attempt.Text("verdict") is { } word ? AppWriter.Words(word) : attempt.Text("endedAt") is null ? "not ended" : "no verdict";
        output.WriteLine($"Attempt {Text(attempt, "number")}, {Output.Cell(Output.Time(attempt.Text("at")))}: {verdict}");
        if (attempt.Text("reason") is { } reason)
            output.WriteLine($"  {Shell.Printable(reason)}");
        var exchanges = attempt.Items("exchanges").ToList();
        if (exchanges.Count == 0)
        {
            output.WriteLine("  Nothing was sent.");
            return;
        }
        new TableWriter(output, ["  REQUEST", "IF-MATCH", "STATUS", "ETAG", "MS"]).Write([.. exchanges.Select(exchange => (string[])
        [
            $"  {Request(exchange)}", Text(exchange, "ifMatch"), exchange.Text("status") is { } status ? Shell.Printable(status) : "no answer", Text(exchange, "eTag"),
            exchange.Text("durationMs") is { } ms ? Shell.Printable(ms) : "-",
        ])]);
        foreach (var exchange in exchanges.Where(exchange => withBodies))
            WriteBodies(exchange);
    }

    private void WriteBodies(JsonElement exchange)
    {
        if (exchange.Member("body") is null && exchange.Member("answer") is null)
            return;
        output.WriteLine();
        output.WriteLine($"  {Request(exchange)}");
        if (exchange.Member("body") is { } body)
            output.WriteLine(Body(body));
        if (exchange.Member("answer") is not { } answer)
            return;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  answered {exchange.Text("status")}{(exchange.Text("retryAfter") is { } wait ? $", Retry-After {Shell.Printable(wait)}" : "")}"));
        output.WriteLine(Body(answer));
    }

    private static string Body(JsonElement body) => body.ValueKind == JsonValueKind.String ? $"  {Shell.Printable(body.GetString()!)}" : PolicyCommands.Indented(body);

    private static string State(JsonElement transaction) => $"{Text(transaction, "state")}{(transaction.Text("message") is { } message ? $": {Shell.Printable(message)}" : "")}";

    // The server is the application's: its name would only push the rest to the right.
    private static string Request(JsonElement exchange) =>
        Shell.Printable($"{exchange.Text("method")} {(Uri.TryCreate(exchange.Text("url"), UriKind.Absolute, out var url) ? url.PathAndQuery : exchange.Text("url"))}");

    private static string Text(JsonElement element, string member) => Output.Cell(element.Text(member));
}
