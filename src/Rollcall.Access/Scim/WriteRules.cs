using System.Text.Json.Nodes;
using Rollcall.Access.Integrations;
using Rollcall.Scim;
using Rollcall.Scim.Patch;
using Rollcall.Scim.Resources;

namespace Rollcall.Access.Scim;

/// <summary>What an integration's rules mean for the reading of its writes.</summary>
internal static class WriteRules
{
    private static readonly PatchOptions Strict = new() { Reader = new ReaderOptions { Strict = true } };

    /// <summary>How PATCH is read.</summary>
    public static PatchOptions PatchOptions(this Integration integration) => integration.Rules.Strict ? Strict : Rollcall.Scim.Patch.PatchOptions.Default;

    /// <summary>How values are read.</summary>
    public static ReaderOptions ReaderOptions(this Integration integration) => integration.PatchOptions().Reader;

    /// <summary>
    /// The version that a PUT was made for: <c>If-Match</c>, else <c>meta.version</c> in the body. Null where it has
    /// neither and need not.
    /// </summary>
    /// <param name="integration">Whose rules.</param>
    /// <param name="body">The body of the PUT.</param>
    /// <param name="ifMatch">The version that stands beside it, or null.</param>
    /// <exception cref="ScimException">428: it has neither, and the integration asks for one.</exception>
    public static ScimPrecondition? PreconditionOfPut(this Integration integration, JsonObject body, ScimPrecondition? ifMatch)
    {
        var precondition = ifMatch ?? ScimPrecondition.OfBody(body);
        if (precondition is null && integration.Rules.UnconditionalPut == UnconditionalPut.Require)
            throw new ScimException(428, null, "A PUT needs the version that it was made for: send it as If-Match, or as meta.version in the body.");
        return precondition;
    }
}
