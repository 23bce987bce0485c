using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Rollcall.Web.Api;
using Rollcall.Web.Hosting;

namespace Rollcall.Web.Faults;

/// <summary>
/// The one place that turns what goes wrong in a request into a response: exceptions, and statuses of 400 and more that
/// arrive without a body (routing answers 404, 405 and 415 so).
/// </summary>
internal sealed partial class FaultMiddleware(
    RequestDelegate next, IReadOnlyList<FaultFormat> formats, IReadOnlyList<Func<Exception, Fault?>> translators, ILogger<FaultMiddleware> logger)
{
    private static readonly FaultFormat Problems = new(PathString.Empty, _ => null, ProblemDetails.WriteAsync);

    public async Task InvokeAsync(HttpContext context)
    {
        var format = FormatOf(context.Request.Path);
        try
        {
            await next(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told.
            return;
        }
        catch (Exception e)
        {
            await AnswerAsync(context, format, e);
            return;
        }
        var response = context.Response;
        if (response.StatusCode >= StatusCodes.Status400BadRequest && !response.HasStarted && response.ContentType is null && response.ContentLength is null)
            await WriteAsync(context, format, OfStatus(context));
    }

    private async Task AnswerAsync(HttpContext context, FaultFormat format, Exception exception)
    {
        var fault = format.Translate(exception) ?? Known(context, exception);
        if (fault is null)
        {
            Log.Unexpected(logger, context.TraceIdentifier, context.Request.Method, context.GetEndpoint()?.DisplayName ?? "no endpoint", exception);
            fault = Fault.Unexpected(exception);
        }
        if (context.Response.HasStarted)
        {
            // Half an answer can't be taken back; cutting the connection shows the caller that it is not whole.
            context.Abort();
            return;
        }
        context.Response.Clear();
        RequestId.Stamp(context);
        await WriteAsync(context, format, fault);
    }

    private static Task WriteAsync(HttpContext context, FaultFormat format, Fault fault)
    {
        foreach (var (name, value) in fault.Headers)
            context.Response.Headers[name] = value;
        // Some faults, 404 and 410 among them, could otherwise be kept by caches (RFC 9110 §15.1).
        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode = fault.Status;
        return format.Write(context, fault);
    }

    private FaultFormat FormatOf(PathString path)
    {
        foreach (var format in formats)
        {
            if (path.StartsWithSegments(format.Prefix, StringComparison.OrdinalIgnoreCase))
                return format;
        }
        return Problems;
    }

    private Fault? Known(HttpContext context, Exception exception)
    {
        if (exception is ApiException api)
            return api.Fault;
        if (exception is BadHttpRequestException bad)
            return OfBadRequest(context, bad);
        return translators.Select(translate => translate(exception)).FirstOrDefault(fault => fault is not null);
    }

    private static Fault OfBadRequest(HttpContext context, BadHttpRequestException exception) => exception switch
    {
        { StatusCode: StatusCodes.Status413PayloadTooLarge } => new Fault(
            exception.StatusCode,
            $"The body is larger than the {context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? BodyLimit.Default} bytes that this path takes. Send less at a time."),
        { InnerException: System.Text.Json.JsonException json } => ApiJson.FaultOf(json),
        _ => new Fault(exception.StatusCode, "The request can't be read: a part of its path, query, headers or body is malformed."),
    };

    private static Fault OfStatus(HttpContext context)
    {
        var response = context.Response;
        return new Fault(response.StatusCode, response.StatusCode switch
        {
            StatusCodes.Status404NotFound => "There is nothing at this path. Check it against the documentation.",
            StatusCodes.Status405MethodNotAllowed => $"{context.Request.Method.Truncate(20)} is not possible at this path. Possible: {response.Headers[HeaderNames.Allow]}.",
            StatusCodes.Status415UnsupportedMediaType => ApiRequest.WrongMediaType,
            _ => $"{Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(response.StatusCode)}.",
        });
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Request {RequestId} ({Method} {Endpoint}) failed unexpectedly")]
        public static partial void Unexpected(ILogger logger, string requestId, string method, string endpoint, Exception exception);
    }
}
