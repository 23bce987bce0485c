using Microsoft.AspNetCore.Http;

namespace Rollcall.Web.Faults;

/// <summary>
/// How the faults of one part of the URL space are told: SCIM errors below <c>/scim</c>, OAuth errors below
/// <c>/oauth</c>. Wherever no format is registered, faults are problem details (RFC 9457).
/// </summary>
/// <param name="Prefix">Path prefix, whole segments, such as <c>/scim</c>.</param>
/// <param name="Translate">Turns an exception of that part's own kind into a fault; null for one it doesn't know.</param>
/// <param name="Write">Writes status, content type and body. Headers of the fault are already set.</param>
public sealed record FaultFormat(PathString Prefix, Func<Exception, Fault?> Translate, Func<HttpContext, Fault, Task> Write);
