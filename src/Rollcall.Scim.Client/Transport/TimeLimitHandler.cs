namespace Rollcall.Scim.Client.Transport;

/// <summary>
/// Gives every single request its time, from its first byte to the last one of its answer. Waits before a repetition, or for a server
/// that takes none, do not count: nothing is under way then.
/// </summary>
internal sealed class TimeLimitHandler(ScimClientOptions options, TimeProvider clock) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(options.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        HttpResponseMessage? response = null;
        try
        {
            response = await base.SendAsync(request, either.Token).ConfigureAwait(false);
            await response.Content.LoadIntoBufferAsync(options.MaxAnswerSize, either.Token).ConfigureAwait(false);
            return response;
        }
        catch (Exception fault)
        {
            response?.Dispose();
            if (fault is OperationCanceledException && patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
                throw new ScimClientException(ScimFailure.NoAnswer, $"{request.RequestUri!.Host} gave no whole answer within {options.Timeout.TotalSeconds:0.#} s.");
            throw;
        }
    }
}
