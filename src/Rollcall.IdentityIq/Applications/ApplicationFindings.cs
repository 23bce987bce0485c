namespace Rollcall.IdentityIq.Applications;

/// <summary>What is set so that it will not work as people expect, though no platform complains.</summary>
public static class ApplicationFindings
{
    /// <summary>The findings, as sentences that say what to change; none if all is well.</summary>
    /// <param name="definition">The application.</param>
    public static IReadOnlyList<string> Of(ApplicationDefinition definition) => [.. Find(definition)];

    private static IEnumerable<string> Find(ApplicationDefinition definition)
    {
        if (definition.BaseUrl is null)
            yield return "host is missing: enter the SCIM base URL.";
        if (definition.SkipGroupUpdate is true)
            yield return "skipGrpUpdate is true: changes of groups are never sent, though they are reported as done. Set it to false.";
        if (definition.UsePatch is not true)
            yield return "usePatch is not true: groups are replaced as a whole. Set it to true where the server knows PATCH.";
        if (definition.RetryableErrors is not { } errors || !errors.Any(error => error.Contains("412", StringComparison.Ordinal) || error.Contains("Precondition Failed", StringComparison.Ordinal)))
            yield return "retryableErrors has neither 412 nor Precondition Failed: a change that meets another one fails for good. Add them.";
        if (definition.RelaxConfiguration is true)
            yield return "relaxConfiguration is true: no schema is discovered, so that versions are not kept. Set it to false where the server follows SCIM.";
        if (definition.Schemas.FirstOrDefault(schema => schema.ObjectType == ObjectSchema.Account) is { } accounts)
        {
            if (accounts.Attributes.Any(attribute => attribute.Name == "groups.value"))
                yield return "The account schema has groups.value, which stays empty. Name the attribute groups.";
            if (accounts.Attributes.Any(attribute => attribute.Name == "groups" && !(attribute.Entitlement && attribute.MultiValued)))
                yield return "The attribute groups of the account schema is not a multi-valued entitlement: no membership becomes an entitlement. Make it one.";
        }
        foreach (var schema in definition.Schemas.Where(schema => schema.IdentityAttribute is { } id && schema.Attributes.All(attribute => attribute.Name != id)))
            yield return $"The identity attribute {ApplicationFormatException.Echo(schema.IdentityAttribute!)} is not in the schema {schema.ObjectType}: aggregation stops with a null identity. Add it.";
        if (definition.Forms.FirstOrDefault(form => form.Type == ProvisioningForm.Create) is not { } create)
            yield return "There is no Create policy: accounts can't be made. Add one with userName.";
        else if (create.Fields().All(field => field.Name != "active"))
            yield return "The Create policy has no field active: a request can stay pending. Add it, with the value true.";
    }
}
