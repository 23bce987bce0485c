using System.Globalization;
using System.Text.RegularExpressions;
using Rollcall.IdentityIq.Applications;
using Rollcall.Scim.Client.Authentication;
using Rollcall.Web;
using Ours = Rollcall.Governance.Applications;
using Theirs = Rollcall.IdentityIq.Applications;

namespace Rollcall.Governance.Applications;

/// <summary>What was made of a document.</summary>
/// <param name="Definition">The definition; its owner is the name in the document, which may be nobody's here.</param>
/// <param name="Secrets">The secrets that it held in clear text, by the names of <see cref="ApplicationSecrets"/>.</param>
/// <param name="Notes">What it was taken to be, and what was left out, as sentences.</param>
internal sealed record DocumentReading(Ours.ApplicationDefinition Definition, IReadOnlyDictionary<string, string?> Secrets, List<string> Notes)
{
    /// <summary>How many secrets there are: a log line or a debugger must not show them.</summary>
    public override string ToString() => $"{Definition.BaseUrl}, with {Secrets.Count} secrets";
}

/// <summary>An application out of SailPoint's description of one.</summary>
internal static partial class SailPointImport
{
    private const int LongestTimeout = 3_600;
    private const int LongestInterval = 86_400;
    private const int MostNamed = 10;

    private static readonly Dictionary<string, string> SecretNames = new()
    {
        [SecretKeys.ClientSecret] = ApplicationSecrets.ClientSecret,
        [SecretKeys.ApiToken] = ApplicationSecrets.ApiToken,
        [SecretKeys.RefreshToken] = ApplicationSecrets.RefreshToken,
        [SecretKeys.PrivateKey] = ApplicationSecrets.PrivateKey,
        [SecretKeys.PrivateKeyPassword] = ApplicationSecrets.PrivateKeyPassword,
        [SecretKeys.Password] = ApplicationSecrets.Password,
        [SecretKeys.UserPassword] = ApplicationSecrets.Password,
    };

    /// <summary>
    /// Makes a definition of a document. What the document describes takes the place of what there is, also where it leaves
    /// something out; what SailPoint has no word for stays.
    /// </summary>
    /// <param name="imported">The document as it was read.</param>
    /// <param name="current">The definition that it takes the place of; null for a new one.</param>
    public static DocumentReading Read(ImportedApplication imported, Ours.ApplicationDefinition? current)
    {
        var (document, blank) = (imported.Definition, new Ours.ApplicationDefinition());
        var before = current ?? blank;
        var notes = new List<string>(imported.Notes);
        var definition = before with
        {
            Description = document.Description,
            Owner = document.Owner?.Name,
            BaseUrl = document.BaseUrl ?? "",
            Authentication = AuthenticationOf(document, before.Authentication),
            MediaType = document.ContentType ?? document.Accept ?? blank.MediaType,
            PageSize = document.PageSize ?? blank.PageSize,
            AccountFilter = document.AccountFilter,
            GroupFilter = document.GroupFilter,
            AccountAttributes = Explicit(document, before.AccountAttributes, before, ObjectSchema.Account),
            GroupAttributes = Explicit(document, before.GroupAttributes, before, ObjectSchema.Group),
            RetryableErrors = document.RetryableErrors ?? [],
            ProvisioningMaxRetries = document.ProvisioningMaxRetries ?? blank.ProvisioningMaxRetries,
            RetryInterval = Seconds(document.ProvisioningRetryThreshold, before.RetryInterval, blank.RetryInterval, LongestInterval, "provisioningRetryThreshold", notes),
            UsePatch = document.UsePatch,
            Relaxed = document.RelaxConfiguration is true,
            Timeout = Seconds(document.TimeoutMinutes, before.Timeout, blank.Timeout, LongestTimeout, "timeout", notes),
            Correlation = document.Correlation?.Rules is [var rule, ..]
                ? new Ours.CorrelationRule { Account = rule.AccountAttribute, Identity = SailPointNames.OurName(rule.IdentityAttribute) }
                : before.Correlation,
            CreatePolicy = SailPointPolicies.Read(document.Forms, ProvisioningForm.Create, before.CreatePolicy, notes),
            UpdatePolicy = SailPointPolicies.Read(document.Forms, ProvisioningForm.Update, before.UpdatePolicy, notes),
        };
        notes.AddRange(Unused(document));
        return new DocumentReading(definition, SecretsOf(imported, notes), notes);
    }

    /// <summary>What of a document a definition does not say.</summary>
    /// <param name="document">The document.</param>
    /// <param name="definition">What was made of it.</param>
    public static Theirs.ApplicationDefinition Beyond(Theirs.ApplicationDefinition document, Ours.ApplicationDefinition definition) => document with
    {
        Description = null,
        BaseUrl = null,
        Authentication = !IsOAuth(document.Authentication.Type)
            ? document.Authentication
            : new Authentication
            {
                TokenHeaders = Others(document.Authentication.TokenHeaders),
                TokenParameters = Placeholders(document.Authentication.TokenParameters),
                OmittedTokenParameters = [.. document.Authentication.OmittedTokenParameters.Except(SailPointExport.ClientParameters)],
            },
        CustomHeaders = definition.Authentication.Type == Ours.AuthenticationType.None ? Placeholders(document.CustomHeaders) : document.CustomHeaders,
        Accept = document.Accept == (document.ContentType ?? document.Accept) ? null : document.Accept,
        ContentType = null,
        PageSize = null,
        TimeoutMinutes = null,
        AccountFilter = null,
        GroupFilter = null,
        ExplicitAttributes = definition.AccountAttributes.Count + definition.GroupAttributes.Count > 0 ? null : document.ExplicitAttributes,
        RelaxConfiguration = null,
        UsePatch = null,
        RetryableErrors = null,
        ProvisioningMaxRetries = null,
        ProvisioningRetryThreshold = null,
    };

    /// <summary>What stands for a secret in a document.</summary>
    /// <param name="name">The secret's name here.</param>
    public static string Placeholder(string name) => SecretKeys.Placeholder(SecretNames.First(known => known.Value == name).Key);

    /// <summary>The entries whose values nobody told.</summary>
    public static Dictionary<string, string> Placeholders(IReadOnlyDictionary<string, string> given) => given.Where(entry => SecretKeys.IsPlaceholder(entry.Value)).ToDictionary();

    /// <summary>The headers of the token request that have no place here.</summary>
    public static Dictionary<string, string> Others(IReadOnlyDictionary<string, string> headers)
    {
        var others = headers.Where(header => SecretKeys.IsPlaceholder(header.Value) || IsOwn(header.Key)).ToDictionary();
        if (others.Remove(SailPointExport.ExcludedHeaders, out var names) && Split(names).Where(name => !name.Equals(SailPointExport.AuthorizationHeader, StringComparison.OrdinalIgnoreCase)).ToList() is { Count: > 0 } rest)
            others[SailPointExport.ExcludedHeaders] = string.Join(',', rest);
        return others;
    }

    /// <summary>A name for an application, made of a document's: small letters, digits and hyphens; empty if nothing is left.</summary>
    public static string Slug(string name)
    {
        var slug = NoNameCharacters().Replace(name.ToLowerInvariant(), "-").Trim('-', '.', '_');
        return slug.Length > 63 ? slug[..63].TrimEnd('-', '.', '_') : slug;
    }

    private static AuthenticationDefinition AuthenticationOf(Theirs.ApplicationDefinition document, AuthenticationDefinition before)
    {
        var theirs = document.Authentication;
        var isOAuth = IsOAuth(theirs.Type);
        var leavesOutHeader = Split(theirs.TokenHeaders.GetValueOrDefault(SailPointExport.ExcludedHeaders)).Contains(SailPointExport.AuthorizationHeader, StringComparer.OrdinalIgnoreCase);
        var leavesOutBody = theirs.OmittedTokenParameters.Intersect(SailPointExport.ClientParameters).Any();
        return before with
        {
            Type = Enum.Parse<Ours.AuthenticationType>(theirs.Type.ToString()),
            TokenUrl = theirs.TokenUrl,
            ClientId = theirs.ClientId,
            UserName = theirs.Type is Theirs.AuthenticationType.Basic or Theirs.AuthenticationType.Password ? theirs.UserName : before.UserName,
            Scope = isOAuth ? Values(theirs.TokenParameters, before.TokenParameters).GetValueOrDefault(SailPointExport.Scope) : before.Scope,
            TokenParameters = isOAuth ? Values(theirs.TokenParameters, before.TokenParameters).Where(parameter => parameter.Key != SailPointExport.Scope).ToDictionary() : before.TokenParameters,
            Headers = isOAuth ? Values(theirs.TokenHeaders.Where(header => !IsOwn(header.Key) || before.Headers.ContainsKey(header.Key)), before.Headers)
                : theirs.Type == Theirs.AuthenticationType.None ? Values(document.CustomHeaders, before.Headers)
                : before.Headers,
            ClientAuthentication = !isOAuth ? before.ClientAuthentication : leavesOutHeader ? ClientAuthentication.Body : leavesOutBody ? ClientAuthentication.Basic : ClientAuthentication.BasicAndBody,
        };
    }

    private static bool IsOAuth(Theirs.AuthenticationType type) =>
        type is Theirs.AuthenticationType.ClientCredentials or Theirs.AuthenticationType.RefreshToken or Theirs.AuthenticationType.Jwt or Theirs.AuthenticationType.Password;

    // A placeholder stands for the value that is known; where none is, there is none.
    private static Dictionary<string, string> Values(IEnumerable<KeyValuePair<string, string>> given, IReadOnlyDictionary<string, string> before) => given
        .Select(entry => (entry.Key, Value: SecretKeys.IsPlaceholder(entry.Value) ? before.GetValueOrDefault(entry.Key) : entry.Value))
        .Where(entry => entry.Value is not null).ToDictionary(entry => entry.Key, entry => entry.Value!);

    // The form of the request is not a header to choose here; the other is no header at all.
    private static bool IsOwn(string header) => header is SailPointExport.ExcludedHeaders || header.Equals("Content-Type", StringComparison.OrdinalIgnoreCase);

    private static string[] Split(string? names) => names?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    // SailPoint asks for the attributes of its schema; here they are named one by one, as SCIM paths.
    private static IReadOnlyList<string> Explicit(Theirs.ApplicationDefinition document, IReadOnlyList<string> before, Ours.ApplicationDefinition current, string kind) =>
        document.ExplicitAttributes is not true ? []
        : current.AccountAttributes.Count + current.GroupAttributes.Count > 0 ? before
        : [.. (document.Schemas.FirstOrDefault(schema => schema.ObjectType == kind)?.Attributes ?? []).Select(attribute => Path(attribute.Name)).Where(path => path != "members").Distinct()];

    private static string Path(string flat) => flat.StartsWith("urn:", StringComparison.OrdinalIgnoreCase) || flat.Split('.').Length < 3 ? flat : flat.Split('.')[0];

    private static int Seconds(int? minutes, int before, int otherwise, int most, string key, List<string> notes)
    {
        if (minutes is not { } given)
            return otherwise;
        if (SailPointExport.Minutes(before) == given)
            return before;
        if (given > most / 60)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{key} is {given} minutes; here it is at most {most / 60}."));
        return Math.Clamp(given, 0, most / 60) * 60 is > 0 and var seconds ? seconds : 1;
    }

    private static IEnumerable<string> Unused(Theirs.ApplicationDefinition document)
    {
        if (document.SkipGroupUpdate is true)
            yield return "skipGrpUpdate has no effect here: Rollcall sends changes of groups.";
        if (document.UpdateGroupsViaUsers is true)
            yield return "updateGroupsViaUsers has no effect here: Rollcall changes membership at the group.";
        if (document.Accept is { } accept && document.ContentType is { } contentType && accept != contentType)
            yield return "accept and contentType differ; here both are as contentType says.";
        if (document.Correlation is { Rules.Count: > 1 })
            yield return "Of the correlation rules, the first one is used here.";
        foreach (var header in document.CustomHeaders.Concat(document.Authentication.TokenHeaders).Where(header => SecretKeys.IsPlaceholder(header.Value)))
            yield return $"The header {header.Key.Truncate()} is a secret, and was not taken over; one that is set here stays.";
        List<string> others = [.. document.Attributes.Select(attribute => attribute.Key)];
        if (document.AggregationRootPath is not null)
            others.Add("aggregation_rootPath");
        if (others.Count > 0)
            yield return $"Kept for export, without effect here: {string.Join(", ", others.Take(MostNamed).Select(name => name.Truncate(40)))}{(others.Count > MostNamed ? string.Create(CultureInfo.InvariantCulture, $" and {others.Count - MostNamed} more") : "")}.";
    }

    private static Dictionary<string, string?> SecretsOf(ImportedApplication imported, List<string> notes)
    {
        var secrets = new Dictionary<string, string?>();
        foreach (var (path, value) in imported.Secrets)
        {
            if (imported.Definition.Authentication.NeededSecrets.Contains(path) && SecretNames.TryGetValue(path, out var name))
                secrets[name] = value;
            else if (!path.Contains('.', StringComparison.Ordinal))
                notes.Add($"The secret {path.Truncate()} has no place here, and was left out.");
        }
        return secrets;
    }

    [GeneratedRegex("[^a-z0-9._-]+")]
    private static partial Regex NoNameCharacters();
}
