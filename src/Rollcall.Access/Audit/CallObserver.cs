using Microsoft.AspNetCore.Http;

namespace Rollcall.Access.Audit;

/// <summary>
/// Watches every request, and has it recorded just before its answer leaves: whoever has an answer and then reads the
/// audit log finds the request there.
/// </summary>
internal sealed class CallObserver(RequestDelegate next, AuditRecorder recorder, TimeProvider clock)
{
    /// <summary>Handles a request.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        var call = new ObservedCall(http, clock);
        http.Features.Set(call);
        http.Response.OnStarting(OnAnswer, call);
        try
        {
            await next(http);
        }
        finally
        {
            // An answer without a body starts after this; where the caller has gone there is none.
            recorder.Record(call);
        }
    }

    private Task OnAnswer(object call)
    {
        recorder.Record((ObservedCall)call);
        return Task.CompletedTask;
    }
}
