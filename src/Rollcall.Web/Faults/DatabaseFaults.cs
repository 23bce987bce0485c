using Microsoft.Net.Http.Headers;
using Rollcall.Data;

namespace Rollcall.Web.Faults;

/// <summary>What the database's faults mean to any caller, whatever it asked for.</summary>
public static class DatabaseFaults
{
    /// <summary>The fault of a database that is busy, full or away; null for other exceptions.</summary>
    public static Fault? Translate(Exception exception) => exception is not DatabaseUnavailableException unavailable ? null
        : new Fault(503, unavailable.IsOutcomeUnknown
            ? "The database failed while it stored this, and can't be asked whether it did. Read the resource before you repeat the request."
            : "The database is busy or out of room. Nothing was changed; repeat the request.")
        {
            Headers = new Dictionary<string, string> { [HeaderNames.RetryAfter] = "1" },
            Cause = exception,
        };
}
