using System.Text.Encodings.Web;
using System.Text.Json;
using Rollcall.Access.Lists;
using Rollcall.Access.Users;
using Rollcall.Scim.Projections;

namespace Rollcall.Access.Scim;

/// <summary>
/// Puts the JSON of Users and Groups together from stored bytes and rows. Stored documents are spliced unparsed; what is
/// derived — groups, members, meta — is written around them.
/// </summary>
/// <param name="baseUrl">The integration's SCIM base URL, without a slash at the end.</param>
internal readonly struct Representations(string baseUrl)
{
    /// <summary>Writes a User.</summary>
    public void Write(PooledBuffer output, UserRow user, IEnumerable<GroupReference> groups)
    {
        output.Add(user.Document.AsSpan()[..^1]);
        var first = true;
        foreach (var group in groups)
        {
            output.Add(first ? ",\"groups\":[{\"value\":\""u8 : ",{\"value\":\""u8);
            first = false;
            output.Add(group.ScimId);
            output.Add("\",\"$ref\":\""u8);
            output.Add(baseUrl);
            output.Add("/Groups/"u8);
            output.Add(group.ScimId);
            output.Add("\",\"display\":"u8);
            WriteText(output, group.Title);
            output.Add(",\"type\":\"direct\"}"u8);
        }
        if (!first)
            output.Add("]"u8);
        WriteMeta(output, "User", "/Users/", user.ScimId, user.Created, user.Modified, user.Revision);
        output.Add("}"u8);
    }

    /// <summary>Writes a Group; without members where they are null.</summary>
    public void Write(PooledBuffer output, GroupRow group, IReadOnlyList<GroupMember>? members, bool withDisplay)
    {
        WriteStart(output, group);
        if (members is { Count: > 0 })
        {
            output.Add(",\"members\":["u8);
            for (var i = 0; i < members.Count; i++)
            {
                if (i > 0)
                    output.Add(","u8);
                Write(output, members[i], MemberParts.Default with { Display = withDisplay });
            }
            output.Add("]"u8);
        }
        WriteEnd(output, group);
    }

    /// <summary>Writes a Group up to its members, as an object that is open.</summary>
    public static void WriteStart(PooledBuffer output, GroupRow group)
    {
        output.Add(group.Document);
        output.Add(",\"memberCount\":"u8);
        output.Add(group.MemberCount);
        output.Add("}"u8);
    }

    /// <summary>Writes what follows the members of a Group.</summary>
    public void WriteEnd(PooledBuffer output, GroupRow group)
    {
        WriteMeta(output, "Group", "/Groups/", group.ScimId, group.Created, group.Modified, group.Revision);
        output.Add("}"u8);
    }

    /// <summary>Writes one member of a Group, without the comma before it.</summary>
    public void Write(PooledBuffer output, GroupMember member, MemberParts parts)
    {
        var isUser = member.Kind == MemberKind.User;
        var separator = "{"u8;
        if (parts.Value)
        {
            output.Add("{\"value\":\""u8);
            output.Add(member.ScimId);
            output.Add("\""u8);
            separator = ","u8;
        }
        if (parts.Reference)
        {
            output.Add(separator);
            output.Add("\"$ref\":\""u8);
            output.Add(baseUrl);
            output.Add(isUser ? "/Users/"u8 : "/Groups/"u8);
            output.Add(member.ScimId);
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
            WriteText(output, member.Display!);
        }
        output.Add("}"u8);
    }

    private void WriteMeta(PooledBuffer output, string type, string endpoint, string scimId, long created, long modified, long revision)
    {
        output.Add(",\"meta\":{\"resourceType\":\""u8);
        output.Add(type);
        output.Add("\",\"created\":\""u8);
        output.Add(ScimTime.Format(created));
        output.Add("\",\"lastModified\":\""u8);
        output.Add(ScimTime.Format(modified));
        output.Add("\",\"location\":\""u8);
        output.Add(baseUrl);
        output.Add(endpoint);
        output.Add(scimId);
        output.Add("\",\"version\":\"W/\\\""u8);
        output.Add(revision);
        output.Add("\\\"\"}"u8);
    }

    private static void WriteText(PooledBuffer output, string text)
    {
        output.Add("\""u8);
        output.Add(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
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
