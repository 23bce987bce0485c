using CsCheck;
using Rollcall.Governance.Applications;
using Rollcall.Scim.Client.Authentication;

namespace Rollcall.Governance.Tests.Applications;

/// <summary>Whatever an application is like, its documents say it: written and read again it is the same, also over what was kept of another document.</summary>
public sealed class DocumentPropertyTests
{
    private static readonly Dictionary<string, IReadOnlyList<DiscoveredAttribute>> Discovered = new()
    {
        ["User"] = [new("userName", "string", Required: true), new("groups", "string", Multi: true, ReadOnly: true, Entitlement: true), new("meta.version", "string", ReadOnly: true)],
        ["Group"] = [new("displayName", "string"), new("members", "string", Multi: true)],
    };

    private static readonly Gen<string> Text = Gen.OneOf("a", "A & B <c>", "line one\nline two", "\"quoted\" 'text'", "ünïcödé 漢字", "x--y", "]]>", " a ", "{{ identity.email }}", "true", "412");

    private static readonly Gen<string> Template = Gen.OneOf(
        "{{ identity.email }}", "{{identity.givenName}}", "{{- identity.id -}}", "{{ identity[\"cost center\"] }}", "{{ identity.name }}", "{{ identity.firstname }}", "{{ identity.department }}",
        "{{ identity.email | upcase }}", "{% if identity.active %}true{% endif %}", "constant", "a \"b\" & <c>", "true");

    private static readonly Gen<IReadOnlyDictionary<string, string>> Policy = Gen.Select(
        Gen.OneOf("userName", "name.givenName", "emails.work.value", "active", "title", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "password"), Template)
        .List[0, 5].Select(pairs => (IReadOnlyDictionary<string, string>)pairs.DistinctBy(pair => pair.Item1).ToDictionary(pair => pair.Item1, pair => pair.Item2));

    private static readonly Gen<IReadOnlyDictionary<string, string>> Entries = Gen.Select(Gen.OneOf("X-Tenant", "Authorization", "X-Api-Key", "resource", "audience"), Text)
        .List[0, 3].Select(pairs => (IReadOnlyDictionary<string, string>)pairs.DistinctBy(pair => pair.Item1).ToDictionary(pair => pair.Item1, pair => pair.Item2));

    private static readonly Gen<AuthenticationDefinition> Authentication = Gen.Select(
        Gen.Enum<AuthenticationType>(), Gen.Enum<ClientAuthentication>(), Text.Null(), Entries, Entries,
        (type, client, scope, parameters, headers) => new AuthenticationDefinition
        {
            Type = type, TokenUrl = "https://x.example.com/token", ClientId = "7f3c", ClientAuthentication = client, Scope = scope, UserName = "me", KeyId = "k", Audience = "a",
            TokenParameters = parameters, Headers = headers,
        });

    private static readonly Gen<ApplicationDefinition> Definition = Gen.Select(
        Gen.Select(Text.Null(), Text.Null(), Gen.Int[1, 10_000], Gen.Int[1, 86_400], Gen.Int[1, 3_600], Gen.Bool.Nullable(), Gen.Bool),
        Gen.Select(Text.List[0, 3], Gen.OneOf("userName", "emails", "name.givenName").List[0, 2], Gen.Const("displayName").List[0, 1]),
        Gen.Select(Authentication, Policy, Policy, Gen.Select(Gen.OneOf("id", "email", "name", "employeeNumber"), identity => new CorrelationRule { Identity = identity, Account = "externalId" }).Null()),
        (simple, lists, parts) => new ApplicationDefinition
        {
            BaseUrl = "https://x.example.com/scim", Description = simple.Item1, AccountFilter = simple.Item2, PageSize = simple.Item3, RetryInterval = simple.Item4, Timeout = simple.Item5,
            UsePatch = simple.Item6, Relaxed = simple.Item7, RetryableErrors = lists.Item1, AccountAttributes = lists.Item2, GroupAttributes = lists.Item3,
            Authentication = parts.Item1, CreatePolicy = parts.Item2, UpdatePolicy = parts.Item3, Correlation = parts.Item4, Approval = ApprovalScheme.Manager, ConflictRetries = 7,
        });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Document_ThatIsReadAgain_SaysTheSame(bool isXml) => Definition.Sample(definition => AssertSame(new Application(1, "crm", definition, 1, 0, 0), Format(isXml)));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Document_OverWhatWasKeptOfAnother_SaysTheSame(bool isXml)
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "imported.xml"));
        var imported = SailPointDocument.Read(text, DocumentFormat.IdentityIq);
        var first = SailPointImport.Read(imported, null).Definition;
        var kept = SailPointDocument.Kept(imported.Definition, new Application(1, "crm", first, 1, 0, 0), Discovered, DocumentFormat.IdentityIq);
        Definition.Sample(definition => AssertSame(new Application(1, "crm", definition with { SailPoint = kept }, 1, 0, 0), Format(isXml)));
    }

    private static DocumentFormat Format(bool isXml) => isXml ? DocumentFormat.IdentityIq : DocumentFormat.Isc;

    private static void AssertSame(Application application, DocumentFormat format)
    {
        var text = SailPointDocument.Write(application, Discovered, format, []);
        var document = SailPointDocument.Read(text, format);
        var read = SailPointImport.Read(document, application.Definition).Definition with { Owner = null };
        Assert.Empty(ApplicationVersions.Changed(application.Definition, read));
        Assert.Equal(text, SailPointDocument.Write(application with { Definition = read }, Discovered, format, []));
        Assert.Same(application.Definition.SailPoint, SailPointDocument.Kept(document.Definition, application with { Definition = read }, Discovered, format));
    }
}
