using System.Text.Json.Serialization;

namespace Rollcall.Access.Evaluation;

/// <summary>Whether a membership or an ownership has effect, and if not, why. Written in capitals, as access lists' other tools do.</summary>
public enum IneligibleStatus
{
    /// <summary>It has effect.</summary>
    [JsonStringEnumMemberName("ELIGIBLE")]
    Eligible,

    /// <summary>An administrator blocked the person.</summary>
    [JsonStringEnumMemberName("BLOCKED")]
    Blocked,

    /// <summary>Nobody has a User of that name.</summary>
    [JsonStringEnumMemberName("USER_NOT_EXIST")]
    UserNotExist,

    /// <summary>The User is not active; of a person who has several, none is.</summary>
    [JsonStringEnumMemberName("USER_INACTIVE")]
    UserInactive,

    /// <summary>The membership has passed its end.</summary>
    [JsonStringEnumMemberName("EXPIRED")]
    Expired,

    /// <summary>The person lacks roles or traits of their own that the list requires.</summary>
    [JsonStringEnumMemberName("MISSING_REQUIREMENTS")]
    MissingRequirements,
}
