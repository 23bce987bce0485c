using System.Buffers;
using System.Data.Common;
using Rollcall.Access.Scim.Paging;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Messages;
using Rollcall.Scim.Projections;

namespace Rollcall.Access.Scim;

/// <summary>
/// The resources of a page, written to pooled memory as their rows are read. Each is in pieces, since what belongs to it —
/// a User's Groups, a Group's members — is read by later statements; nothing is ever moved.
/// </summary>
/// <param name="representations">Writes them.</param>
internal sealed class ListPage(Representations representations) : IDisposable
{
    /// <summary>Where pieces are written.</summary>
    public PooledBuffer Output { get; } = new();

    /// <summary>The resources, in the order of the page.</summary>
    public List<ListedRow> Rows { get; set; } = [];

    /// <summary>Writes what a row has of its resource.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="place">Its place.</param>
    /// <param name="row">The columns of the type.</param>
    public ListedRow Read(ListedType type, PagePlace place, DbDataReader row)
    {
        var (created, modified, revision) = (ColumnNumber.Of(row, 3), ColumnNumber.Of(row, 4), ColumnNumber.Of(row, 5));
        var listed = new ListedRow(type, place, revision, type.IsGroup ? ColumnNumber.Of(row, 6) : 0);
        var start = Output.Position;
        // Both documents are open at their end, so that something may follow.
        if (type.IsGroup)
            Representations.WriteStart(Output, ColumnBytes.Of(row, 2), listed.MemberCount);
        else
            Output.Add(ColumnBytes.Of(row, 2)[..^1]);
        var end = Output.Position;
        listed.Start = new Piece(start, end);
        representations.WriteEnd(Output, type.Type, ColumnBytes.Of(row, 1), created, modified, revision);
        listed.End = new Piece(end, Output.Position);
        return listed;
    }

    /// <summary>Narrows a resource, as far as it is written, to what is asked for, and closes it again.</summary>
    public void Narrow(ListedRow row, Projection projection)
    {
        using var whole = new PooledBuffer();
        foreach (var piece in row.Pieces)
        {
            foreach (var memory in piece.Bytes)
                whole.Add(memory.Span);
        }
        var narrow = Representations.Narrow(whole.Written, projection);
        var start = Output.Position;
        Output.Add(narrow.AsSpan()[..^1]);
        var end = Output.Position;
        Output.Add("}"u8);
        (row.Start, row.Middle, row.End) = (new Piece(start, end), default, new Piece(end, Output.Position));
    }

    /// <summary>The JSON of one resource, in parts that follow each other.</summary>
    public static IReadOnlyList<ReadOnlySequence<byte>> PartsOf(ListedRow row) => [.. row.Pieces.Select(piece => piece.Bytes)];

    /// <summary>The list message around the resources, in parts that follow each other.</summary>
    /// <param name="envelope">What the message says besides.</param>
    public IReadOnlyList<ReadOnlySequence<byte>> Parts(ListResponse envelope)
    {
        var parts = new List<ReadOnlySequence<byte>>((Rows.Count * 4) + 2);
        var start = Output.Position;
        envelope.WriteStart(Output, Rows.Count);
        var comma = Output.Position;
        Output.Add(","u8);
        var end = Output.Position;
        Output.Add(ListResponse.End);
        var over = Output.Position;
        parts.Add(new Piece(start, comma).Bytes);
        foreach (var row in Rows)
        {
            if (parts.Count > 1)
                parts.Add(new Piece(comma, end).Bytes);
            parts.Add(row.Start.Bytes);
            if (!row.Middle.IsEmpty)
                parts.Add(row.Middle.Bytes);
            parts.Add(row.End.Bytes);
        }
        parts.Add(new Piece(end, over).Bytes);
        return parts;
    }

    public void Dispose() => Output.Dispose();
}

/// <summary>A part of what was written to a <see cref="PooledBuffer"/>.</summary>
internal readonly record struct Piece(SequencePosition Start, SequencePosition End)
{
    /// <summary>Whether there is anything.</summary>
    public bool IsEmpty => Start.GetObject() is null;

    /// <summary>Its bytes.</summary>
    public ReadOnlySequence<byte> Bytes => PooledBuffer.Slice(Start, End);
}

/// <summary>A resource on a page.</summary>
/// <param name="type">What it is.</param>
/// <param name="place">Where a page that ends with it is continued.</param>
/// <param name="revision">Its revision.</param>
/// <param name="memberCount">Of a Group, how many members it has.</param>
internal sealed class ListedRow(ListedType type, PagePlace place, long revision, long memberCount)
{
    /// <summary>What it is.</summary>
    public ListedType Type => type;

    /// <summary>Where a page that ends with it is continued.</summary>
    public PagePlace Place => place;

    /// <summary>Its version.</summary>
    public ScimVersion Version => new(revision);

    /// <summary>Of a Group, how many members it has.</summary>
    public long MemberCount => memberCount;

    /// <summary>Its JSON up to what is read later.</summary>
    public Piece Start { get; set; }

    /// <summary>What is read later, if anything.</summary>
    public Piece Middle { get; set; }

    /// <summary>What follows it.</summary>
    public Piece End { get; set; }

    /// <summary>Its JSON.</summary>
    public IEnumerable<Piece> Pieces => Middle.IsEmpty ? [Start, End] : [Start, Middle, End];
}
