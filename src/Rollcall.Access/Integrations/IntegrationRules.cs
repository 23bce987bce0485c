namespace Rollcall.Access.Integrations;

/// <summary>The governance platform behind an integration; chooses instructions and defaults only.</summary>
public enum Platform
{
    /// <summary>Any other SCIM client.</summary>
    Other,
    /// <summary>SailPoint IdentityIQ.</summary>
    Identityiq,
    /// <summary>SailPoint Identity Security Cloud.</summary>
    Isc,
    /// <summary>Microsoft Entra ID.</summary>
    Entra,
    /// <summary>Okta.</summary>
    Okta,
}

/// <summary>What <c>POST /Groups</c> with a title that no list has does.</summary>
public enum GroupCreation
{
    /// <summary>400, saying how to make the list.</summary>
    Adopt,
    /// <summary>A new list without grants or owner.</summary>
    Create,
    /// <summary>403.</summary>
    Deny,
}

/// <summary>What a changed <c>displayName</c> of a Group does.</summary>
public enum GroupRename
{
    /// <summary>400 <c>mutability</c>; the served schema says <c>immutable</c>.</summary>
    Refuse,
    /// <summary>Renames the list's title.</summary>
    Follow,
}

/// <summary>What a PUT of a Group without any precondition does.</summary>
public enum UnconditionalPut
{
    /// <summary>412 if the list changed while the request was handled.</summary>
    Detect,
    /// <summary>Overwrites.</summary>
    Allow,
    /// <summary>428.</summary>
    Require,
}

/// <summary>Whether lists of Groups carry members by default.</summary>
public enum MembersInLists
{
    /// <summary>Yes.</summary>
    Include,
    /// <summary>Only where <c>attributes</c> asks for them.</summary>
    Omit,
}

/// <summary>How much discovery tells.</summary>
public enum Discovery
{
    /// <summary>Everything.</summary>
    Full,
    /// <summary>Without <c>pagination</c> (RFC 9865), for parsers that refuse what they don't know.</summary>
    Classic,
}

/// <summary>Which reads are audited.</summary>
public enum AuditReads
{
    /// <summary>One row per client, route, status and minute.</summary>
    Summary,
    /// <summary>Every read.</summary>
    All,
}

/// <summary>The rules of an integration. The defaults of the properties are those of the platform <c>other</c>.</summary>
public sealed record IntegrationRules
{
    /// <summary>What creating an unknown Group does.</summary>
    public GroupCreation GroupCreation { get; init; } = GroupCreation.Adopt;

    /// <summary>What renaming a Group does.</summary>
    public GroupRename GroupRename { get; init; } = GroupRename.Refuse;

    /// <summary>What a PUT without precondition does.</summary>
    public UnconditionalPut UnconditionalPut { get; init; } = UnconditionalPut.Detect;

    /// <summary>Requests a second, 1 or more; null for no limit.</summary>
    public int? RateLimit { get; init; }

    /// <summary>Whether lists of Groups carry members.</summary>
    public MembersInLists MembersInLists { get; init; } = MembersInLists.Include;

    /// <summary>How much discovery tells.</summary>
    public Discovery Discovery { get; init; } = Discovery.Full;

    /// <summary>Which reads are audited.</summary>
    public AuditReads AuditReads { get; init; } = AuditReads.Summary;

    /// <summary>Whether everything that the RFCs don't ask for is refused: no client's quirks are accepted.</summary>
    public bool Strict { get; init; }

    /// <summary>
    /// The rules that a platform starts with, given what was set by hand. Okta sends the name with every member change
    /// and renames groups on its side; a platform that creates groups also renames them.
    /// </summary>
    public static GroupRename DefaultRename(Platform platform, GroupCreation creation) =>
        platform == Platform.Okta || creation == GroupCreation.Create ? GroupRename.Follow : GroupRename.Refuse;
}
