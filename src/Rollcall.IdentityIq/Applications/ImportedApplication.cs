namespace Rollcall.IdentityIq.Applications;

/// <summary>What a document holds.</summary>
/// <param name="Definition">The application, with a placeholder wherever a secret stood.</param>
/// <param name="Secrets">
/// The secrets in clear text, by the keys of <see cref="SecretKeys"/>; one within a map by its path, such as
/// <c>noAuthHeaders.Authorization</c>. Secrets that the platform has encrypted are left out: only it can read them.
/// </param>
/// <param name="Notes">What the reader took to be or left out, as sentences.</param>
public sealed record ImportedApplication(ApplicationDefinition Definition, IReadOnlyDictionary<string, string> Secrets, IReadOnlyList<string> Notes)
{
    /// <summary>How many secrets there are: a log line or a debugger must not show them.</summary>
    public override string ToString() => $"{Definition.Name}, with {Secrets.Count} secrets";
}
