using Rollcall.Data;

namespace Rollcall.Governance.Identities;

/// <summary>
/// The line of managers above an identity. It never leads back to it. What was read or noted once is remembered, so that an
/// import asks for each identity once.
/// </summary>
internal sealed class ManagerLine
{
    // Longer than any organisation is deep: what is above is not looked at.
    private const int Longest = 100;

    private readonly Dictionary<string, string?> _managers = new(StringComparer.Ordinal);

    /// <summary>Notes who the manager of an identity is to be.</summary>
    public void Note(string publicId, string? manager) => _managers[publicId] = manager;

    /// <summary>Reads the lines above these identities, a level at a time.</summary>
    public async ValueTask ReadAsync(Session session, IEnumerable<string> publicIds)
    {
        var level = publicIds.Where(id => !_managers.ContainsKey(id)).Distinct(StringComparer.Ordinal).ToList();
        for (var depth = 0; level.Count > 0 && depth < Longest; depth++)
        {
            var found = (await IdentityStore.FindAllAsync(session, level)).ToDictionary(identity => identity.PublicId, identity => identity.ManagerPublicId, StringComparer.Ordinal);
            foreach (var id in level)
                _managers[id] = found.GetValueOrDefault(id);
            level = [.. found.Values.OfType<string>().Where(id => !_managers.ContainsKey(id)).Distinct(StringComparer.Ordinal)];
        }
    }

    /// <summary>Whether a manager, whose line was read, has the identity above.</summary>
    public bool ClosesCircle(string publicId, string manager)
    {
        var above = manager;
        for (var depth = 0; above is not null && depth < Longest; depth++)
        {
            if (above == publicId)
                return true;
            above = _managers.GetValueOrDefault(above);
        }
        return false;
    }

    /// <summary>As <see cref="ClosesCircle"/>, after reading what it takes.</summary>
    public async ValueTask<bool> ClosesCircleAsync(Session session, string publicId, string manager)
    {
        await ReadAsync(session, [manager]);
        return ClosesCircle(publicId, manager);
    }
}
