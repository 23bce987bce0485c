using System.Buffers;
using System.Text.Json;

namespace Rollcall.Scim.Messages;

/// <summary>The envelope around the resources that a query found (RFC 7644 §3.4.2, RFC 9865 §2).</summary>
public sealed record ListResponse
{
    /// <summary>How many resources match in all; null where the server can't say, which only RFC 9865 allows.</summary>
    public required long? TotalResults { get; init; }

    /// <summary>The place of the first resource, from 1; null on pages of a cursor walk.</summary>
    public long? StartIndex { get; init; }

    /// <summary>The cursor of the page that follows; null on the last.</summary>
    public string? NextCursor { get; init; }

    /// <summary>The cursor of the page before; null on the first.</summary>
    public string? PreviousCursor { get; init; }

    /// <summary>What follows the last resource.</summary>
    public static ReadOnlySpan<byte> End => "]}"u8;

    /// <summary>
    /// Writes the message; <c>itemsPerPage</c> is the number of resources in it, and <c>Resources</c> comes last, as an
    /// empty array where there are none.
    /// </summary>
    /// <param name="output">Where to.</param>
    /// <param name="resources">The resources of the page, each one JSON object in UTF-8, written as they are.</param>
    public void Write(IBufferWriter<byte> output, IReadOnlyCollection<ReadOnlyMemory<byte>> resources)
    {
        WriteStart(output, resources.Count);
        var isFirst = true;
        foreach (var resource in resources)
        {
            if (!isFirst)
                output.Write(","u8);
            isFirst = false;
            output.Write(resource.Span);
        }
        output.Write(End);
    }

    /// <summary>Writes the message up to its first resource, for a page that is too large to be held twice.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="itemsPerPage">How many resources follow, with commas between them, and <see cref="End"/> after them.</param>
    public void WriteStart(IBufferWriter<byte> output, int itemsPerPage)
    {
        using var writer = new Utf8JsonWriter(output, ScimJson.WriterOptions);
        writer.WriteStartObject();
        writer.WriteStartArray("schemas");
        writer.WriteStringValue(Schemas.SchemaUris.ListResponse);
        writer.WriteEndArray();
        if (TotalResults is { } total)
            writer.WriteNumber("totalResults", total);
        if (StartIndex is { } start)
            writer.WriteNumber("startIndex", start);
        writer.WriteNumber("itemsPerPage", itemsPerPage);
        if (NextCursor is not null)
            writer.WriteString("nextCursor", NextCursor);
        if (PreviousCursor is not null)
            writer.WriteString("previousCursor", PreviousCursor);
        writer.WriteStartArray("Resources");
    }
}
