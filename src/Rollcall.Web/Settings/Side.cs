namespace Rollcall.Web.Settings;

/// <summary>One of the two products in the executable. They meet over HTTP only.</summary>
public enum Side
{
    /// <summary>The service provider: keeps access lists, serves SCIM.</summary>
    Access,

    /// <summary>The SCIM client: aggregates, requests, provisions.</summary>
    Governance,
}
