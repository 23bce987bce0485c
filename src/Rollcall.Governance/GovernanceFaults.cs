using Rollcall.Data;
using Rollcall.IdentityIq;
using Rollcall.Web.Faults;

namespace Rollcall.Governance;

/// <summary>What exceptions of the layers below mean to callers of the Governance API.</summary>
internal static class GovernanceFaults
{
    /// <summary>The fault; null for an exception that nobody expects.</summary>
    public static Fault? TranslateData(Exception exception) => exception switch
    {
        UniqueViolationException { IndexName: "applications_name" } => new Fault(409, "There is an application of this name already. Choose another name, or change that one.") { Cause = exception },
        UniqueViolationException { IndexName: "identities_email" } => new Fault(409, "There is another identity with this e-mail address.") { Cause = exception },
        UniqueViolationException { IndexName: "schedules_name" } => new Fault(409, "There is a schedule of this name already. Choose another name, or change that one.") { Cause = exception },
        // It tells the place in the document, and no secret.
        ApplicationFormatException broken => new Fault(400, broken.Message) { Cause = broken, Extensions = PlaceOf(broken) },
        _ => DatabaseFaults.Translate(exception),
    };

    private static Dictionary<string, object> PlaceOf(ApplicationFormatException broken)
    {
        var place = new Dictionary<string, object>();
        if (broken.Line is { } line)
            place.Add("line", line);
        if (broken.Position is { } position)
            place.Add("position", position);
        if (broken.Element is { } element)
            place.Add("element", element);
        return place;
    }
}
