using Rollcall.Access.Audit;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Projections;

namespace Rollcall.Access.Scim;

/// <summary>
/// One write to a User or a Group, read and judged as far as that goes without the resource: what is wrong with the form
/// of its body was told when it was made. The resource's endpoint runs it, or Bulk does.
/// </summary>
internal abstract class ResourceWrite
{
    /// <summary>
    /// Runs it, in the transaction given; maybe more than once, so it changes nothing but the session's rows. The order of
    /// checks is that of every write: 404, then 412, then what is wrong with values, then whether anything changes.
    /// </summary>
    /// <param name="session">The transaction.</param>
    /// <param name="change">Who writes, in which request.</param>
    /// <param name="shown">What the answer is to carry of the resource; null for nothing, then nothing of it is read.</param>
    /// <exception cref="ScimException">The write is refused.</exception>
    /// <exception cref="UniqueViolationException">A name is taken.</exception>
    public abstract ValueTask<WriteResult> RunAsync(WriteSession session, ChangeContext change, Projection? shown);
}

/// <summary>What a write did.</summary>
/// <param name="Status">The status to answer with.</param>
/// <param name="ScimId">The resource's id.</param>
/// <param name="Version">Its version now; null where it is gone.</param>
/// <param name="Changed">Whether anything is different from before.</param>
/// <param name="Resource">The resource as far as it is to be shown; null for not at all.</param>
internal readonly record struct WriteResult(int Status, string ScimId, ScimVersion? Version, bool Changed, FoundResource? Resource = null)
{
    /// <summary>The resource was deleted.</summary>
    public static WriteResult Deleted(string scimId) => new(204, scimId, null, Changed: true);
}
