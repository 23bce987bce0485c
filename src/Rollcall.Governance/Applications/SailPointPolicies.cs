using Rollcall.IdentityIq.Applications;
using Rollcall.Web;

namespace Rollcall.Governance.Applications;

/// <summary>Between policies of templates and SailPoint's provisioning forms.</summary>
internal static class SailPointPolicies
{
    private const string Active = "active";

    /// <summary>The policy that a form is, as far as it can be followed here: scripts are never run, rules not known.</summary>
    /// <param name="forms">The forms of the document.</param>
    /// <param name="type"><see cref="ProvisioningForm.Create"/> or <see cref="ProvisioningForm.Update"/>.</param>
    /// <param name="before">The policy so far: a template that says the same stays as it is written.</param>
    /// <param name="notes">What was left out.</param>
    public static IReadOnlyDictionary<string, string> Read(IReadOnlyList<ProvisioningForm> forms, string type, IReadOnlyDictionary<string, string> before, List<string> notes)
    {
        var policy = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in Find(forms, type)?.Fields() ?? [])
        {
            var isKnown = before.TryGetValue(field.Name, out var known);
            // A placeholder stands for the value that is known.
            if (isKnown && field.Value is { } value && SecretKeys.IsPlaceholder(value))
            {
                policy.Add(field.Name, known!);
                continue;
            }
            if (Without(field, type) is { } reason)
            {
                notes.Add($"The field {field.Name.Truncate()} of the {type} policy {reason}");
                continue;
            }
            // A new account is active anyway.
            if (TemplateOf(field) is { } template && (isKnown || !IsImplied(field, type)))
                policy.Add(field.Name, isKnown && SailPointNames.AreSame(known!, template) ? known! : template);
        }
        return policy;
    }

    /// <summary>The forms of an application: those that were kept, with the fields that the policies have.</summary>
    /// <param name="kept">The forms of the document that it came from.</param>
    /// <param name="definition">The application's definition.</param>
    public static IReadOnlyList<ProvisioningForm> Write(IReadOnlyList<ProvisioningForm> kept, ApplicationDefinition definition)
    {
        List<ProvisioningForm> forms = [.. kept];
        Put(ProvisioningForm.Create, definition.CreatePolicy);
        Put(ProvisioningForm.Update, definition.UpdatePolicy);
        return forms;

        void Put(string type, IReadOnlyDictionary<string, string> policy)
        {
            if (Find(forms, type) is { } form)
                forms[forms.IndexOf(form)] = With(form, type, policy);
            else if (policy.Count > 0)
                forms.Add(New(type, policy));
        }
    }

    private static ProvisioningForm? Find(IEnumerable<ProvisioningForm> forms, string type) =>
        forms.FirstOrDefault(form => form.Type == type && form.ObjectType is null or ObjectSchema.Account);

    // Why a field can't be followed; null if it can.
    private static string? Without(FormField field, string type) =>
        field.Script is not null ? "comes from a script, which is never run here: give it a template."
        : field.IdentityAttribute is null && field.Value is null && field.Remainder is not { XmlElements.Count: 0, JsonMembers.Count: 0 } ? "comes from a rule or a transform that is not known here: give it a template."
        : field.Value is { } value && SecretKeys.IsPlaceholder(value) ? "is a secret, which no policy holds."
        : TemplateOf(field) is not null && !IsImplied(field, type) && !ProvisioningPolicy.CanSet(field.Name) ? "is not one that a policy sets here."
        : null;

    private static string? TemplateOf(FormField field) => field.IdentityAttribute is { } attribute ? SailPointNames.Template(attribute) : string.IsNullOrEmpty(field.Value) ? null : field.Value;

    private static bool IsImplied(FormField field, string type) => type == ProvisioningForm.Create && field is { Name: Active, Value: "true" };

    private static ProvisioningForm With(ProvisioningForm form, string type, IReadOnlyDictionary<string, string> policy)
    {
        var known = form.Fields().Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        List<FormSection> sections = [.. form.Sections.Select(section => section with { Fields = [.. section.Fields.Select(field => Of(field, type, policy)).OfType<FormField>()] })];
        List<FormField> added = [.. policy.Where(attribute => !known.Contains(attribute.Key)).Select(attribute => Field(attribute.Key, attribute.Value))];
        if (added.Count > 0 && sections.Count > 0)
            sections[^1] = sections[^1] with { Fields = [.. sections[^1].Fields, .. added] };
        else if (added.Count > 0)
            sections.Add(new FormSection { Fields = added });
        return form with { Sections = sections };
    }

    // A field that was followed here says what the policy says now, or goes with it; another stays.
    private static FormField? Of(FormField field, string type, IReadOnlyDictionary<string, string> policy) =>
        policy.TryGetValue(field.Name, out var template)
            ? TemplateOf(field) is { } before && SailPointNames.AreSame(before, template) ? field : Field(field.Name, template) with { Type = field.Type, Required = field.Required, MultiValued = field.MultiValued, Remainder = field.Remainder }
            : Without(field, type) is not null || TemplateOf(field) is null || IsImplied(field, type) ? field : null;

    private static ProvisioningForm New(string type, IReadOnlyDictionary<string, string> policy)
    {
        List<FormField> fields = [.. policy.Select(attribute => Field(attribute.Key, attribute.Value))];
        // Without it a request of SailPoint can stay pending.
        if (type == ProvisioningForm.Create && !policy.ContainsKey(Active))
            fields.Add(new FormField { Name = Active, Type = "boolean", Value = "true" });
        return new ProvisioningForm { Type = type, Name = $"{type} Account", ObjectType = ObjectSchema.Account, Sections = [new FormSection { Name = "Account", Fields = fields }] };
    }

    private static FormField Field(string name, string template) => new()
    {
        Name = name,
        Type = name == Active ? "boolean" : "string",
        Required = name == "userName",
        IdentityAttribute = SailPointNames.AttributeOf(template),
        Value = SailPointNames.AttributeOf(template) is null ? template : null,
    };
}
