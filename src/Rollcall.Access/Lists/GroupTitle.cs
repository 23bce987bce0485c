using Rollcall.Access.Integrations;
using Rollcall.Scim;

namespace Rollcall.Access.Lists;

/// <summary>What a <c>displayName</c> in a write means.</summary>
internal static class GroupTitle
{
    /// <summary>
    /// The new title, or null where there is none: a name that differs only in case or in outer blanks is no change, since
    /// Okta sends the name with every change of members.
    /// </summary>
    /// <exception cref="ScimException">400 <c>mutability</c>: the integration's rule is to refuse; <c>invalidValue</c> for a name that no list can have.</exception>
    public static string? Change(Integration integration, LockedList list, string displayName)
    {
        var title = displayName.Trim();
        if (ScimText.Fold(title) == ScimText.Fold(list.Title))
            return null;
        if (integration.Rules.GroupRename == GroupRename.Refuse)
        {
            throw ScimException.Mutability(
                $"displayName can't be changed from here: the group is named by its access list. An administrator renames it with: rollcall lists update '{list.Name}' --title '…'");
        }
        return Check(title);
    }

    /// <summary>Checks a title that comes over SCIM.</summary>
    /// <exception cref="ScimException">400 <c>invalidValue</c>.</exception>
    public static string Check(string title)
    {
        if (title.Length is 0 or > ListRules.MaxNameLength || title.Any(char.IsControl))
            throw ScimException.InvalidValue("displayName has 1 to 255 characters and no control characters.");
        return title;
    }
}
