using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Messages;
using Rollcall.Web.Faults;

namespace Rollcall.Access.Scim;

/// <summary>How faults below <c>/scim</c> are told: as SCIM errors (RFC 7644 §3.12), whatever went wrong.</summary>
internal static class ScimFaults
{
    /// <summary>The format of everything below <c>/scim</c>.</summary>
    public static FaultFormat Format { get; } = new("/scim", Translate, WriteAsync);

    /// <summary>404 for a resource that is not there, or not for this integration.</summary>
    public static ScimException NoSuchResource() => ScimException.NotFound("There is no such resource here. It may have been deleted; read the list again.");

    /// <summary>What the database's exceptions mean to any caller.</summary>
    public static Fault? TranslateData(Exception exception) => exception switch
    {
        UniqueViolationException { IndexName: "users_user_name" } => new Fault(409, "There is a User with this userName already.") { Cause = exception },
        UniqueViolationException { IndexName: "lists_title" } => new Fault(409, "There is an access list with this title already in the integration.") { Cause = exception },
        UniqueViolationException { IndexName: "lists_name" } => new Fault(409, "There is an access list with this name already.") { Cause = exception },
        UniqueViolationException { IndexName: "integrations_name" } => new Fault(409, "There is an integration with this name already.") { Cause = exception },
        UniqueViolationException { IndexName: "client_keys_kid" } => new Fault(409, "The client has a key with this key id already. Give another key id, or revoke that key first.") { Cause = exception },
        QueryTooExpensiveException => new Fault(400, "The query takes too long. Narrow the filter: start with an attribute that is indexed, such as userName, externalId or emails.value.") { Cause = exception },
        _ => DatabaseFaults.Translate(exception),
    };

    /// <summary>An exception as the SCIM error that is told of it; null for one that nobody expects.</summary>
    public static ScimException? Of(Exception exception) => exception as ScimException
        ?? (TranslateData(exception) is { } fault ? new ScimException(fault.Status, ScimTypeOf(exception), fault.Detail) : null);

    /// <summary>Counts a refusal, of a request or of an operation of a bulk request.</summary>
    public static void Count(HttpContext context, int status)
    {
        // Decided on a resource's row, so the integration in the path is one that there is.
        if (status == StatusCodes.Status412PreconditionFailed)
            context.RequestServices.GetService<AccessMeter>()?.PreconditionFailed((string)context.Request.RouteValues["integration"]!);
    }

    private static Fault? Translate(Exception exception)
    {
        if (exception is not ScimException scim)
            return null;
        var headers = new Dictionary<string, string>();
        if (scim.CurrentVersion is { } version)
            headers[HeaderNames.ETag] = version.ToString();
        if (scim.Challenge is { } challenge)
            headers[HeaderNames.WWWAuthenticate] = challenge;
        if (scim.RetryAfter is { } seconds)
            headers[HeaderNames.RetryAfter] = seconds.ToString(CultureInfo.InvariantCulture);
        return new Fault(scim.Status, scim.Message) { Headers = headers, Cause = exception };
    }

    private static async Task WriteAsync(HttpContext context, Fault fault)
    {
        Count(context, fault.Status);
        using var buffer = new PooledBuffer();
        ErrorMessage.Write(buffer, fault.Status, ScimTypeOf(fault.Cause), fault.Detail);
        context.Response.ContentType = MediaTypes.Scim;
        context.Response.ContentLength = buffer.Length;
        foreach (var part in buffer.Written)
            await context.Response.BodyWriter.WriteAsync(part, context.RequestAborted);
    }

    private static string? ScimTypeOf(Exception? exception) => exception switch
    {
        ScimException scim => scim.ScimType,
        UniqueViolationException => "uniqueness",
        QueryTooExpensiveException => "tooMany",
        _ => null,
    };
}
