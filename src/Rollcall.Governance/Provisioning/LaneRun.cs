using Rollcall.Data;
using Rollcall.Governance.Applications;
using Rollcall.Scim.Client;

namespace Rollcall.Governance.Provisioning;

/// <summary>What a run of a lane works with.</summary>
/// <param name="Database">Where to read.</param>
/// <param name="Journal">Where it is written down.</param>
/// <param name="Client">The application's server.</param>
/// <param name="Application">The application.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Jitter">Makes waits unlike each other: a number from 0.5 to 1.5.</param>
internal sealed record LaneRun(Database Database, Journal Journal, ScimClient Client, Application Application, TimeProvider Clock, Func<double> Jitter)
{
    /// <summary>The application's rules.</summary>
    public ApplicationDefinition Definition => Application.Definition;

    /// <summary>What an error comes to.</summary>
    public Outcome OutcomeOf(ProvisioningTransaction transaction, ScimClientException error) => OutcomeOf(transaction, RetryDecision.Of(Definition, error, transaction.Failures));

    /// <summary>What a decision comes to.</summary>
    public Outcome OutcomeOf(ProvisioningTransaction transaction, RetryDecision decision) =>
        new(transaction, decision.IsRetried ? Verdict.Retry : Verdict.Failed, decision.Reason) { Wait = decision.Wait * Jitter() };

    /// <summary>The URL of a resource, for the evidence of a request that is about to be sent.</summary>
    public string Url(string path) => new Uri(Definition.BaseUrl).GetLeftPart(UriPartial.Path).TrimEnd('/') + path;
}
