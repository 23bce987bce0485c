namespace Rollcall.Governance.Accounts;

/// <summary>A SCIM User of an application, as aggregated.</summary>
public sealed record Account
{
    /// <summary>The id.</summary>
    public required long Id { get; init; }

    /// <summary>The application's id.</summary>
    public required long ApplicationId { get; init; }

    /// <summary>The application's name.</summary>
    public required string ApplicationName { get; init; }

    /// <summary>The id that the application's server gave it.</summary>
    public required string ScimId { get; init; }

    /// <summary>Its <c>userName</c>; its id where the server gives none.</summary>
    public required string UserName { get; init; }

    /// <summary>Its <c>externalId</c>, or null.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Its name for people, or null.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Whether it is in service.</summary>
    public required bool Active { get; init; }

    /// <summary>Its <c>meta.version</c> when it was last read, or null.</summary>
    public string? Version { get; init; }

    /// <summary>The resource as JSON, without <c>groups</c>.</summary>
    public required string Attributes { get; init; }

    /// <summary>Whose it is; null if that is not known.</summary>
    public long? IdentityId { get; init; }

    /// <summary>The public id of the identity.</summary>
    public string? IdentityPublicId { get; init; }

    /// <summary>How the identity was found: one of <see cref="Correlations"/>; null if it was not.</summary>
    public string? Correlation { get; init; }

    /// <summary>When it was found missing, in microseconds since 1970 in UTC; null while it is there.</summary>
    public long? Gone { get; init; }

    /// <summary>When what is known of it last changed.</summary>
    public required long Refreshed { get; init; }
}

/// <summary>The ways in which the identity of an account comes about.</summary>
public static class Correlations
{
    /// <summary>By the application's rule.</summary>
    public const string Rule = "rule";

    /// <summary>By a person, who may also have chosen none: the rule leaves it alone then.</summary>
    public const string Hand = "hand";

    /// <summary>The account was made for the identity.</summary>
    public const string Created = "created";
}
