using System.Text.Encodings.Web;
using System.Text.Json;
using Rollcall.Access.Lists;
using Rollcall.Access.Users;

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
        output.Add(group.Document);
        output.Add(",\"memberCount\":"u8);
        output.Add(group.MemberCount);
        output.Add("}"u8);
        if (members is { Count: > 0 })
        {
            output.Add(",\"members\":["u8);
            for (var i = 0; i < members.Count; i++)
                WriteMember(output, members[i], i > 0, withDisplay);
            output.Add("]"u8);
        }
        WriteMeta(output, "Group", "/Groups/", group.ScimId, group.Created, group.Modified, group.Revision);
        output.Add("}"u8);
    }

    private void WriteMember(PooledBuffer output, GroupMember member, bool comma, bool withDisplay)
    {
        var isUser = member.Kind == MemberKind.User;
        output.Add(comma ? ",{\"value\":\""u8 : "{\"value\":\""u8);
        output.Add(member.ScimId);
        output.Add("\",\"$ref\":\""u8);
        output.Add(baseUrl);
        output.Add(isUser ? "/Users/"u8 : "/Groups/"u8);
        output.Add(member.ScimId);
        output.Add(isUser ? "\",\"type\":\"User\""u8 : "\",\"type\":\"Group\""u8);
        if (withDisplay)
        {
            output.Add(",\"display\":"u8);
            WriteText(output, member.Display);
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
