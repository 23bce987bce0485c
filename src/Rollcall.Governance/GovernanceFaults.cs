using Rollcall.Data;
using Rollcall.Web.Faults;

namespace Rollcall.Governance;

/// <summary>What the database's exceptions mean to callers of the Governance API.</summary>
internal static class GovernanceFaults
{
    /// <summary>The fault; null for an exception that nobody expects.</summary>
    public static Fault? TranslateData(Exception exception) => exception switch
    {
        UniqueViolationException { IndexName: "applications_name" } => new Fault(409, "There is an application of this name already. Choose another name, or change that one.") { Cause = exception },
        UniqueViolationException { IndexName: "identities_email" } => new Fault(409, "There is another identity with this e-mail address.") { Cause = exception },
        UniqueViolationException { IndexName: "schedules_name" } => new Fault(409, "There is a schedule of this name already. Choose another name, or change that one.") { Cause = exception },
        _ => DatabaseFaults.Translate(exception),
    };
}
