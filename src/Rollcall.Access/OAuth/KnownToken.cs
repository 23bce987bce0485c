namespace Rollcall.Access.OAuth;

/// <summary>A bearer token that was found to be one of this server's, and valid.</summary>
/// <param name="Id">The <c>jti</c> of an access token, or the id of a static token.</param>
/// <param name="IsStatic">Whether it is a static token.</param>
/// <param name="ClientId">The OAuth client of its integration.</param>
/// <param name="IntegrationId">Its integration.</param>
/// <param name="Issued">When it was made.</param>
/// <param name="Expires">From when on it is refused, but for the difference of clocks.</param>
internal sealed record KnownToken(string Id, bool IsStatic, string ClientId, long IntegrationId, DateTimeOffset Issued, DateTimeOffset Expires)
{
    /// <summary>Until when this node accepts it.</summary>
    public DateTimeOffset AcceptedUntil => IsStatic ? Expires : Expires + BearerTokenReader.ClockSkew;

    /// <summary>Who is said to call with it.</summary>
    public Caller Caller => new(IsStatic ? Id : ClientId);

    /// <summary>The id only, never more of a token.</summary>
    public override string ToString() => Id;
}

/// <summary>Why a bearer token opens nothing.</summary>
internal enum TokenFault
{
    /// <summary>It is not one of this server's, or a static token that is no longer kept.</summary>
    Unknown,
    /// <summary>It was one, and its time is over.</summary>
    Expired,
    /// <summary>It is one, but for something else than the SCIM base URL of its client's integration.</summary>
    Elsewhere,
    /// <summary>It is one, but it was revoked, or its integration is disabled or gone.</summary>
    Ended,
}
