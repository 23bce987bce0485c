using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rollcall;

/// <summary>One column of a list in text output.</summary>
/// <param name="Header">What stands above it.</param>
/// <param name="Cell">The cell of an item; null is shown as "-".</param>
internal sealed record Column(string Header, Func<JsonElement, string?> Cell)
{
    /// <summary>A column that shows one member.</summary>
    public static Column Of(string header, string member) => new(header, item => item.Text(member));
}

/// <summary>
/// Writes results. With <c>json</c>, standard output is one JSON document with the API's keys; with text, tables and
/// sentences for people. Everything else goes to standard error.
/// </summary>
internal sealed class Output(Shell shell, bool json)
{
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        NewLine = "\n",
        // Names stay readable as they are: this is a document for a terminal or a file, never HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Whether results are written as JSON.</summary>
    public bool IsJson => json;

    /// <summary>Writes an answer: the document as it is, or what <paramref name="text"/> writes.</summary>
    public void Answer(JsonElement body, Action<TextWriter> text)
    {
        if (json)
            WriteDocument(body);
        else
            text(shell.Output);
    }

    /// <summary>Writes an answer: the document as it is, or every member with its label.</summary>
    public void Details(JsonElement body) => Answer(body, output => DetailsWriter.Write(output, body));

    /// <summary>Reports that something without an answer (204) is done: a sentence, or an empty JSON object.</summary>
    public void Done(string sentence)
    {
        if (json)
            shell.Output.WriteLine("{}");
        else
            shell.Output.WriteLine(Shell.Printable(sentence));
    }

    /// <summary>Writes all pages of a list as they come.</summary>
    /// <remarks>If a later page fails, the JSON document stays unfinished, so that a reader at the other end of a pipe notices.</remarks>
    /// <param name="pages">The pages.</param>
    /// <param name="what">What the items are, in the plural, for "No … ." on standard error.</param>
    /// <param name="columns">The columns of the table.</param>
    public async Task ListAsync(IAsyncEnumerable<IReadOnlyList<JsonElement>> pages, string what, params Column[] columns)
    {
        if (json)
            await WriteItemsAsync(pages);
        else
            await WriteTableAsync(pages, what, columns);
    }

    /// <summary>A time of the API as people read it: UTC, to the second. Text that is no time stays as it is.</summary>
    public static string? Time(string? text) =>
        text is [_, _, _, _, '-', _, _, '-', _, _, 'T', ..]
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : text;

    /// <summary>A value as a cell shows it.</summary>
    public static string Cell(string? text) => string.IsNullOrEmpty(text) ? "-" : Shell.Printable(text);

    private async Task WriteTableAsync(IAsyncEnumerable<IReadOnlyList<JsonElement>> pages, string what, Column[] columns)
    {
        var table = new TableWriter(shell.Output, [.. columns.Select(column => column.Header)]);
        var any = false;
        await foreach (var page in pages)
        {
            if (page.Count is 0)
                continue;
            any = true;
            table.Write([.. page.Select(item => (string[])[.. columns.Select(column => Cell(column.Cell(item)))])]);
        }

        if (!any)
            await shell.Error.WriteLineAsync($"No {what}.");
    }

    private async Task WriteItemsAsync(IAsyncEnumerable<IReadOnlyList<JsonElement>> pages)
    {
        using var buffer = new MemoryStream();
        await using var writer = new Utf8JsonWriter(buffer, Indented);
        writer.WriteStartObject();
        writer.WriteStartArray("items");
        await foreach (var page in pages)
        {
            foreach (var item in page)
                item.WriteTo(writer);
            await DrainAsync();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        await DrainAsync();
        await shell.Output.WriteLineAsync();

        async Task DrainAsync()
        {
            await writer.FlushAsync();
            await shell.Output.WriteAsync(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
            buffer.SetLength(0);
        }
    }

    private void WriteDocument(JsonElement body)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented))
            body.WriteTo(writer);
        shell.Output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }
}
