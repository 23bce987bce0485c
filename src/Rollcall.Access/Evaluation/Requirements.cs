using Rollcall.Access.Lists;

namespace Rollcall.Access.Evaluation;

/// <summary>What a list requires, held against what a person has of their own: every role, and every value of every trait.</summary>
internal static class Requirements
{
    /// <summary>What is lacking; null where nothing is. Roles and traits are compared byte by byte.</summary>
    public static RolesAndTraits? Missing(RolesAndTraits required, RolesAndTraits own)
    {
        if (required.IsEmpty)
            return null;
        List<string> roles = [.. required.Roles.Except(own.Roles, StringComparer.Ordinal)];
        var traits = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (key, values) in required.Traits)
        {
            List<string> lacking = [.. values.Except(own.Traits.GetValueOrDefault(key) ?? [], StringComparer.Ordinal)];
            if (lacking.Count > 0)
                traits.Add(key, lacking);
        }
        return roles.Count == 0 && traits.Count == 0 ? null : new RolesAndTraits { Roles = roles, Traits = traits };
    }

    /// <summary>Whether two give, or require, the same, in whatever order.</summary>
    public static bool AreSame(RolesAndTraits one, RolesAndTraits other) =>
        ReferenceEquals(one, other) || (Missing(one, other) is null && Missing(other, one) is null);
}
