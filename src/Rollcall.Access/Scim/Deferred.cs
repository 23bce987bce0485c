using Rollcall.Scim;

namespace Rollcall.Access.Scim;

/// <summary>
/// A body that was read ahead of the transaction. Faults of its form are told at once; faults of its values keep until
/// the version has been compared, since a client that works on something stale is told that first.
/// </summary>
internal readonly struct Deferred<T>(T? value, ScimException? fault)
{
    /// <summary>What was read.</summary>
    /// <exception cref="ScimException">The fault that was kept.</exception>
    public T Value => fault is null ? value! : throw fault;
}

/// <summary>Makes <see cref="Deferred{T}"/>.</summary>
internal static class Deferred
{
    /// <summary>Reads now; keeps a fault of the values.</summary>
    public static Deferred<T> Run<T>(Func<T> read)
    {
        try
        {
            return new Deferred<T>(read(), null);
        }
        catch (ScimException fault) when (fault.IsOfValues)
        {
            return new Deferred<T>(default, fault);
        }
    }
}
