using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using Rollcall.Access.Lists;
using Rollcall.Access.Users;
using Rollcall.Scim;
using Rollcall.Scim.Projections;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Scim;

/// <summary>
/// Puts the JSON of Users and Groups together from stored bytes and rows. Stored documents are spliced unparsed; what is
/// derived — groups, members, meta — is written around them.
/// </summary>
/// <param name="baseUrl">The integration's SCIM base URL, without a slash at the end.</param>
internal sealed class Representations(string baseUrl)
{
    private readonly byte[] _baseUrl = Encoding.UTF8.GetBytes(baseUrl);

    /// <summary>Writes a User.</summary>
    public void Write(PooledBuffer output, UserRow user, IReadOnlyList<GroupReference> groups)
    {
        output.Add(user.Document.AsSpan()[..^1]);
        for (var i = 0; i < groups.Count; i++)
        {
            output.Add(i == 0 ? ",\"groups\":["u8 : ","u8);
            WriteGroupOfUser(output, Encoding.UTF8.GetBytes(groups[i].ScimId), Encoding.UTF8.GetBytes(groups[i].Title));
        }
        if (groups.Count > 0)
            output.Add("]"u8);
        WriteEnd(output, ResourceTypes.User, Encoding.UTF8.GetBytes(user.ScimId), user.Created, user.Modified, user.Revision);
    }

    /// <summary>Writes a Group; without members where they are null.</summary>
    public void Write(PooledBuffer output, GroupRow group, IReadOnlyList<GroupMember>? members, bool withDisplay)
    {
        WriteStart(output, group.Document, group.MemberCount);
        if (members is { Count: > 0 })
        {
            for (var i = 0; i < members.Count; i++)
            {
                output.Add(i == 0 ? ",\"members\":["u8 : ","u8);
                var member = members[i];
                WriteMember(output, member.Kind, Encoding.UTF8.GetBytes(member.ScimId), withDisplay ? Encoding.UTF8.GetBytes(member.Display) : default, MemberParts.Default with { Display = withDisplay });
            }
            output.Add("]"u8);
        }
        WriteEnd(output, ResourceTypes.Group, Encoding.UTF8.GetBytes(group.ScimId), group.Created, group.Modified, group.Revision);
    }

    /// <summary>Writes a Group up to its members, as an object that is open.</summary>
    public static void WriteStart(PooledBuffer output, ReadOnlySpan<byte> document, long memberCount)
    {
        output.Add(document);
        output.Add(",\"memberCount\":"u8);
        output.Add(memberCount);
        output.Add("}"u8);
    }

    /// <summary>Writes what every resource ends with.</summary>
    public void WriteEnd(PooledBuffer output, ResourceType type, ReadOnlySpan<byte> scimId, long created, long modified, long revision)
    {
        output.Add(",\"meta\":{\"resourceType\":\""u8);
        output.Add(type.Name);
        output.Add("\",\"created\":\""u8);
        ScimTime.Write(output, created);
        output.Add("\",\"lastModified\":\""u8);
        ScimTime.Write(output, modified);
        output.Add("\",\"location\":\""u8);
        output.Add(_baseUrl);
        output.Add(type.Endpoint);
        output.Add("/"u8);
        output.Add(scimId);
        output.Add("\",\"version\":\"W/\\\""u8);
        output.Add(revision);
        output.Add("\\\"\"}}"u8);
    }

    /// <summary>An element of a User's <c>groups</c>.</summary>
    /// <param name="scimId">The Group's id.</param>
    /// <param name="title">Its name.</param>
    public byte[] GroupOfUser(ReadOnlySpan<byte> scimId, ReadOnlySpan<byte> title)
    {
        using var output = new PooledBuffer();
        WriteGroupOfUser(output, scimId, title);
        return output.Written.ToArray();
    }

    /// <summary>Writes one member of a Group.</summary>
    public void WriteMember(PooledBuffer output, MemberKind kind, ReadOnlySpan<byte> scimId, ReadOnlySpan<byte> display, MemberParts parts)
    {
        var isUser = kind == MemberKind.User;
        var separator = "{"u8;
        if (parts.Value)
        {
            output.Add("{\"value\":\""u8);
            output.Add(scimId);
            output.Add("\""u8);
            separator = ","u8;
        }
        if (parts.Reference)
        {
            output.Add(separator);
            output.Add("\"$ref\":\""u8);
            output.Add(_baseUrl);
            output.Add(isUser ? "/Users/"u8 : "/Groups/"u8);
            output.Add(scimId);
            output.Add("\""u8);
            separator = ","u8;
        }
        if (parts.Type)
        {
            output.Add(separator);
            output.Add(isUser ? "\"type\":\"User\""u8 : "\"type\":\"Group\""u8);
            separator = ","u8;
        }
        if (parts.Display)
        {
            output.Add(separator);
            output.Add("\"display\":"u8);
            WriteText(output, display);
        }
        output.Add("}"u8);
    }

    /// <summary>A whole resource, narrowed to what is asked for.</summary>
    public static byte[] Narrow(ReadOnlySequence<byte> resource, Projection projection) =>
        ScimJson.ToUtf8(projection.Apply(ScimJson.ParseObject(resource.IsSingleSegment ? resource.FirstSpan : resource.ToArray())));

    private void WriteGroupOfUser(PooledBuffer output, ReadOnlySpan<byte> scimId, ReadOnlySpan<byte> title)
    {
        output.Add("{\"value\":\""u8);
        output.Add(scimId);
        output.Add("\",\"$ref\":\""u8);
        output.Add(_baseUrl);
        output.Add("/Groups/"u8);
        output.Add(scimId);
        output.Add("\",\"display\":"u8);
        WriteText(output, title);
        output.Add(",\"type\":\"direct\"}"u8);
    }

    private static void WriteText(PooledBuffer output, ReadOnlySpan<byte> utf8)
    {
        output.Add("\""u8);
        var encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        if (encoder.FindFirstCharacterToEncodeUtf8(utf8) < 0)
        {
            output.Add(utf8);
        }
        else
        {
            // An escape has six characters at most for each byte.
            encoder.EncodeUtf8(utf8, output.GetSpan(utf8.Length * 6), out _, out var written);
            output.Advance(written);
        }
        output.Add("\""u8);
    }
}

/// <summary>Which parts of each member a response carries; at least one.</summary>
/// <param name="Value">The member's id.</param>
/// <param name="Reference">Its URI.</param>
/// <param name="Type">Whether it is a User or a Group.</param>
/// <param name="Display">Its name.</param>
internal readonly record struct MemberParts(bool Value, bool Reference, bool Type, bool Display)
{
    /// <summary>What is returned where nobody asks for anything else.</summary>
    public static MemberParts Default => new(Value: true, Reference: true, Type: true, Display: false);

    /// <summary>What a projection asks for, or null where it asks for nothing of them.</summary>
    public static MemberParts? Of(Projection projection)
    {
        var parts = new MemberParts(
            projection.Includes("members.value"), projection.Includes("members.$ref"), projection.Includes("members.type"), projection.Includes("members.display"));
        return parts == default ? null : parts;
    }
}
