using System.Text.Json.Nodes;
using Rollcall.Scim.Paths;

namespace Rollcall.Scim.Patch;

/// <summary>What a PATCH operation does (RFC 7644 §3.5.2).</summary>
public enum PatchVerb
{
    /// <summary>Adds a value (§3.5.2.1).</summary>
    Add,
    /// <summary>Removes values (§3.5.2.2).</summary>
    Remove,
    /// <summary>Puts a value in place of another (§3.5.2.3).</summary>
    Replace,
}

/// <summary>One operation of a PATCH request, on one attribute or one whole extension.</summary>
/// <param name="Verb">What it does.</param>
/// <param name="Path">
/// What it is done to. Null only where the request gave neither a path nor an object of attributes; applying such an
/// operation is refused.
/// </param>
/// <param name="Value">The value as it was sent, not checked yet; null for none. Not to be changed.</param>
public sealed record PatchOperation(PatchVerb Verb, PatchPath? Path, JsonNode? Value)
{
    /// <summary>
    /// Whether the target is the key of an object that came without a path. There a read-only attribute is harmless while
    /// it says what is true: Okta sends <c>{"id": …, "displayName": …}</c>.
    /// </summary>
    public bool IsKey { get; init; }

    /// <summary>
    /// Whether the operation had a <c>value</c> at all, be it null: a <c>remove</c> with one removes what it lists, never
    /// everything.
    /// </summary>
    public bool HasValue { get; init; }
}
