using Rollcall.Access.Lists;
using Rollcall.Scim;

namespace Rollcall.Access.Apply;

/// <summary>What a member of a list is recognised by: persons regardless of case, lists by their names.</summary>
internal static class MemberKey
{
    /// <summary>The key among all documents.</summary>
    public static (string List, MemberKind Kind, string Name) Of(MemberDocument member) => (member.List, member.MemberKind, NameOf(member.MemberKind, member.Name));

    /// <summary>The name under which two members of a kind are the same.</summary>
    public static string NameOf(MemberKind kind, string name) => kind == MemberKind.List ? name : ScimText.Fold(name);
}
