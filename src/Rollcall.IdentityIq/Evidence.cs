namespace Rollcall.IdentityIq;

/// <summary>How well it is known what an attribute of the platform is called and does.</summary>
public enum Evidence
{
    /// <summary>SailPoint's public documentation says so.</summary>
    Documented,
    /// <summary>Seen at work in an installation of IdentityIQ 8.5.</summary>
    Measured,
    /// <summary>Reported by users, or concluded. Try it before relying on it.</summary>
    Unconfirmed,
}

/// <summary>What is known of one attribute.</summary>
/// <param name="Evidence">How well.</param>
/// <param name="Meaning">What it does, as a phrase.</param>
public sealed record AttributeNote(Evidence Evidence, string Meaning)
{
    /// <summary>The note as a comment shows it, such as <c>documented: the SCIM base URL</c>.</summary>
    public override string ToString() => $"{Evidence.ToString().ToLowerInvariant()}: {Meaning}";
}
