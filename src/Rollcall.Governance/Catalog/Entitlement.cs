namespace Rollcall.Governance.Catalog;

/// <summary>A SCIM Group of an application, as aggregated, and as an entry of the catalog.</summary>
public sealed record Entitlement
{
    /// <summary>The id.</summary>
    public required long Id { get; init; }

    /// <summary>The application's id.</summary>
    public required long ApplicationId { get; init; }

    /// <summary>The application's name.</summary>
    public required string ApplicationName { get; init; }

    /// <summary>The id that the application's server gave it.</summary>
    public required string ScimId { get; init; }

    /// <summary>Its <c>displayName</c> on the server.</summary>
    public required string Title { get; init; }

    /// <summary>Its name for people as it was set here, or null.</summary>
    public string? DisplayName { get; init; }

    /// <summary>What it is, as it was set here, or null.</summary>
    public string? Description { get; init; }

    /// <summary>The identity that owns it, or null.</summary>
    public long? OwnerId { get; init; }

    /// <summary>The public id of that identity.</summary>
    public string? OwnerPublicId { get; init; }

    /// <summary>Whether it can be asked for.</summary>
    public required bool Requestable { get; init; }

    /// <summary>How many members the server says it has, or null.</summary>
    public long? MemberCount { get; init; }

    /// <summary>The resource as JSON, without <c>members</c>.</summary>
    public required string Attributes { get; init; }

    /// <summary>Grows by one with every change.</summary>
    public required long Revision { get; init; }

    /// <summary>When it was found missing, in microseconds since 1970 in UTC; null while it is there.</summary>
    public long? Gone { get; init; }

    /// <summary>When what the server says of it was last found to have changed.</summary>
    public required long Refreshed { get; init; }

    /// <summary>When the last aggregation of the application's groups ended; null if there was none.</summary>
    public long? Aggregated { get; init; }
}

/// <summary>What can be set of an entry of the catalog; what is null is not set.</summary>
/// <param name="DisplayName">Its name for people.</param>
/// <param name="Description">What it is.</param>
/// <param name="OwnerId">The identity that owns it.</param>
/// <param name="Requestable">Whether it can be asked for.</param>
public sealed record EntitlementSetting(string? DisplayName, string? Description, long? OwnerId, bool Requestable);
