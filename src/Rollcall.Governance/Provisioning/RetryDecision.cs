using System.Globalization;
using Rollcall.Governance.Applications;
using Rollcall.Scim.Client;

namespace Rollcall.Governance.Provisioning;

/// <summary>Whether a failed attempt is followed by another, and why; pure.</summary>
/// <param name="IsRetried">Whether it is.</param>
/// <param name="Reason">Why, or why not, for people.</param>
/// <param name="Wait">How long before it, without jitter.</param>
internal sealed record RetryDecision(bool IsRetried, string Reason, TimeSpan Wait)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    /// <summary>The first of the application's retryable texts that the error contains; null for none.</summary>
    public static string? Match(ApplicationDefinition definition, ScimClientException error) =>
        definition.RetryableErrors.FirstOrDefault(text => error.Message.Contains(text, StringComparison.OrdinalIgnoreCase));

    /// <summary>Decides after an error.</summary>
    /// <param name="definition">The application's rules.</param>
    /// <param name="error">What went wrong.</param>
    /// <param name="failures">How many attempts had failed before this one.</param>
    public static RetryDecision Of(ApplicationDefinition definition, ScimClientException error, int failures)
    {
        var match = Match(definition, error);
        // A connection that fails has no text to look into; it is the first thing that passes by itself.
        var isPassing = error.Failure is ScimFailure.Unreachable or ScimFailure.NoAnswer;
        if (match is null && !isPassing)
        {
            var texts = definition.RetryableErrors.Count == 0 ? "is empty" : $"has none of its texts ({string.Join(", ", definition.RetryableErrors)})";
            return new RetryDecision(false, $"{Sentence(error.Message)} Not retried, because the application's retryableErrors {texts}.", default);
        }
        var why = match is null ? "the server was not reached, or did not answer" : $"the error contains \"{match}\"";
        return After(definition, error.Message, why, failures, error.RetryAfter);
    }

    /// <summary>Decides after a failure that passes by itself.</summary>
    /// <param name="definition">The application's rules.</param>
    /// <param name="what">What happened, as a sentence.</param>
    /// <param name="why">Why it is tried again.</param>
    /// <param name="failures">How many attempts had failed before this one.</param>
    /// <param name="retryAfter">How long the server asks to wait, or null.</param>
    public static RetryDecision After(ApplicationDefinition definition, string what, string why, int failures, TimeSpan? retryAfter = null)
    {
        if (failures >= definition.ProvisioningMaxRetries)
            return new RetryDecision(false, string.Create(CultureInfo.InvariantCulture, $"{Sentence(what)} Not retried, because provisioningMaxRetries ({definition.ProvisioningMaxRetries}) is used up."), default);
        var wait = TimeSpan.FromSeconds(definition.RetryInterval * Math.Pow(2, Math.Min(failures, 20)));
        if (retryAfter > wait)
            wait = retryAfter.Value;
        if (wait > LongestWait)
            wait = LongestWait;
        return new RetryDecision(true, string.Create(CultureInfo.InvariantCulture, $"{Sentence(what)} Retried in about {wait.TotalSeconds:0} s, because {why} ({failures + 1} of {definition.ProvisioningMaxRetries})."), wait);
    }

    // What servers write ends as they like.
    private static string Sentence(string text) => text.Length > 0 && text[^1] is '.' or '!' or '?' ? text : text + ".";
}
