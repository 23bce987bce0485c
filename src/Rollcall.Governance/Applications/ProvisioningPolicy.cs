using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Fluid;
using Fluid.Values;
using Rollcall.Governance.Identities;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Applications;

/// <summary>
/// Works the attributes of an account out of an identity, by Liquid templates (<c>{{ identity.email }}</c>) under flattened
/// names: <c>userName</c>, <c>name.givenName</c>, <c>emails.work.value</c>.
/// </summary>
public static partial class ProvisioningPolicy
{
    private const int MostAttributes = 200;
    private const int LongestTemplate = 4096;
    private const int MostSteps = 10_000;

    private static readonly FluidParser Parser = new();
    private static readonly TemplateOptions Options = MakeOptions();

    /// <summary>Checks a policy.</summary>
    /// <param name="field">Its field, for the fault.</param>
    /// <param name="policy">Attribute to template.</param>
    /// <exception cref="ApiException">400: a name or a template that can't be read.</exception>
    public static void Check(string field, IReadOnlyDictionary<string, string> policy)
    {
        if (policy.Count > MostAttributes)
            throw ApiException.Invalid(field, $"A policy has at most {MostAttributes} attributes.");
        foreach (var (name, template) in policy)
        {
            if (!CanSet(name))
                throw ApiException.Invalid($"{field}.{name}", $"'{name.Truncate()}' is not an attribute that a policy can set. Write it as userName, name.givenName or emails.work.value.");
            if (template.Length > LongestTemplate)
                throw ApiException.Invalid($"{field}.{name}", $"A template has at most {LongestTemplate} characters.");
            if (!Parser.TryParse(template, out _, out var error))
                throw ApiException.Invalid($"{field}.{name}", $"The template of {name.Truncate()} can't be read: {FirstLine(error).Truncate(200)}.");
        }
    }

    /// <summary>Whether a policy can set an attribute of this name.</summary>
    public static bool CanSet(string name) => AttributeName().IsMatch(name) && !FlatAttribute.IsReadOnly(name);

    /// <summary>The attributes of an account for an identity.</summary>
    /// <param name="policy">Attribute to template, checked.</param>
    /// <param name="identity">The identity.</param>
    /// <returns>Each attribute with its value; those whose template comes out empty are absent.</returns>
    /// <exception cref="PolicyException">A template fails, or the policy's outcome is no resource.</exception>
    public static async ValueTask<IReadOnlyDictionary<string, string>> ValuesAsync(IReadOnlyDictionary<string, string> policy, Identity identity)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, text) in policy)
        {
            try
            {
                var context = new TemplateContext(Options) { CultureInfo = System.Globalization.CultureInfo.InvariantCulture };
                context.SetValue("identity", new DictionaryValue(new FluidValueDictionaryFluidIndexable(Facts(identity))));
                var value = (await Parser.Parse(text).RenderAsync(context)).Trim();
                if (value.Length > 0)
                    values.Add(name, value);
            }
            catch (Exception fault) when (fault is InvalidOperationException or ArgumentException or FormatException or ParseException)
            {
                throw new PolicyException($"The template of {name} fails for {identity.PublicId.Truncate()}: {fault.Message.Truncate(200)}");
            }
        }
        return values;
    }

    /// <summary>The body of a new account: <c>schemas</c>, <c>externalId</c> (the identity's id unless the policy sets it), <c>active</c>, and what the policy says.</summary>
    /// <exception cref="PolicyException">As <see cref="ValuesAsync"/>; or there is no <c>userName</c>.</exception>
    public static async ValueTask<JsonObject> NewAccountAsync(IReadOnlyDictionary<string, string> policy, Identity identity)
    {
        var values = await ValuesAsync(policy, identity);
        if (!values.ContainsKey("userName"))
            throw new PolicyException($"The Create policy gives no userName for {identity.PublicId.Truncate()}. Set one: userName={{{{ identity.email }}}}.");
        var account = new JsonObject
        {
            ["schemas"] = new JsonArray(Scim.Schemas.SchemaUris.User),
            ["externalId"] = identity.PublicId,
            ["active"] = true,
        };
        foreach (var (name, value) in values)
            FlatAttribute.Set(account, name, value);
        return account;
    }

    private static Dictionary<string, FluidValue> Facts(Identity identity)
    {
        var facts = identity.Attributes.ToDictionary(attribute => attribute.Key, attribute => (FluidValue)new StringValue(attribute.Value), StringComparer.Ordinal);
        void Add(string name, string? value) => facts[name] = value is null ? NilValue.Instance : new StringValue(value);
        Add("id", identity.PublicId);
        Add("email", identity.Email);
        Add("givenName", identity.GivenName);
        Add("familyName", identity.FamilyName);
        Add("displayName", identity.DisplayName);
        Add("manager", identity.ManagerPublicId);
        facts["active"] = identity.Active ? BooleanValue.True : BooleanValue.False;
        return facts;
    }

    // What follows repeats the template.
    private static string FirstLine(string error) => error.Split('\r', '\n')[0].TrimEnd('.');

    private static TemplateOptions MakeOptions() => new() { MaxSteps = MostSteps, MaxRecursion = 10 };

    [GeneratedRegex(@"^([A-Za-z][\w$-]*(\.[A-Za-z][\w$-]*){0,3}|urn:[^\s""]{1,200})$")]
    private static partial Regex AttributeName();
}

/// <summary>A policy can't be worked out for an identity. The message is for people, and holds no value of the identity.</summary>
public sealed class PolicyException(string message) : Exception(message);
