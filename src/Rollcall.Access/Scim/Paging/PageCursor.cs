namespace Rollcall.Access.Scim.Paging;

/// <summary>What a cursor carries (RFC 9865 §2): where the next page begins, and what the walk is held to.</summary>
/// <param name="After">The last resource of the page before.</param>
/// <param name="Count">The most resources on a page, which stays the same during a walk.</param>
/// <param name="Total">How many match in all, or null.</param>
/// <param name="Issued">When it was handed out, in microseconds since 1970 in UTC.</param>
internal sealed record PageCursor(PagePlace After, int Count, KnownTotal? Total, long Issued)
{
    private enum KeyKind : byte
    {
        None,
        Text,
        Integer,
        Number,
        Boolean,
        Hash,
    }

    /// <summary>The cursor as bytes, not yet sealed.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream(128);
        using (var writer = new BinaryWriter(stream))
        {
            writer.Write(Issued);
            writer.Write7BitEncodedInt(Count);
            writer.Write(Total is not null);
            writer.Write7BitEncodedInt64(Total?.Total ?? 0);
            writer.Write7BitEncodedInt64(Total?.State ?? 0);
            writer.Write((byte)After.Type);
            writer.Write7BitEncodedInt64(After.RowId);
            writer.Write(After.ScimId is not null);
            if (After.ScimId is not null)
                writer.Write(After.ScimId);
            WriteKey(writer);
        }
        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    public static PageCursor FromBytes(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        var issued = reader.ReadInt64();
        var count = reader.Read7BitEncodedInt();
        var isKnown = reader.ReadBoolean();
        var total = new KnownTotal(reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64());
        var after = new PagePlace(reader.ReadByte(), reader.Read7BitEncodedInt64(), reader.ReadBoolean() ? reader.ReadString() : null);
        return new PageCursor(ReadKey(reader, after), count, isKnown ? total : null, issued);
    }

    private void WriteKey(BinaryWriter writer)
    {
        switch (After.Key)
        {
            case string text when After.HasLongKey:
                writer.Write((byte)KeyKind.Hash);
                writer.Write(PagePlace.Hash(text));
                break;
            case string text:
                writer.Write((byte)KeyKind.Text);
                writer.Write(text);
                break;
            case long integer:
                writer.Write((byte)KeyKind.Integer);
                writer.Write(integer);
                break;
            case double number:
                writer.Write((byte)KeyKind.Number);
                writer.Write(number);
                break;
            case bool boolean:
                writer.Write((byte)KeyKind.Boolean);
                writer.Write(boolean);
                break;
            default:
                writer.Write((byte)KeyKind.None);
                break;
        }
    }

    private static PagePlace ReadKey(BinaryReader reader, PagePlace after) => (KeyKind)reader.ReadByte() switch
    {
        KeyKind.Hash => after with { KeyHash = reader.ReadBytes(System.Security.Cryptography.SHA256.HashSizeInBytes) },
        KeyKind.Text => after with { Key = reader.ReadString() },
        KeyKind.Integer => after with { Key = reader.ReadInt64() },
        KeyKind.Number => after with { Key = reader.ReadDouble() },
        KeyKind.Boolean => after with { Key = reader.ReadBoolean() },
        _ => after,
    };
}
