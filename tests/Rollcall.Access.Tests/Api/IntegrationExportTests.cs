using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Rollcall.Access.Tests.Support;
using Rollcall.IdentityIq.Applications;
using Rollcall.IdentityIq.Isc;
using Rollcall.IdentityIq.Xml;

namespace Rollcall.Access.Tests.Api;

/// <summary>The file that SailPoint is set up with: what stands in it is what the server is and does.</summary>
public sealed class IntegrationExportTests
{
    [Theory]
    [InlineData("identityiq", "application/xml")]
    [InlineData("isc", "application/json")]
    public async Task Export_IsTheApplicationThatConnects(string format, string mediaType)
    {
        await using var app = await RollcallApp.StartAsync();
        await app.IntegrationAsync(platform: format);
        var (text, type) = await ExportAsync(app, $"format={format}");
        Assert.Equal(mediaType, type);
        var read = format == "isc" ? SourceJson.Read(text) : ApplicationXml.Read(text);
        var shown = (await app.AdminAsync("GET", "/integrations/acme")).Body;

        Assert.Empty(read.Secrets);
        Assert.Empty(read.Notes);
        Assert.Empty(ApplicationFindings.Of(read.Definition));
        Assert.All(app.Secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        Assert.Contains("(enter the client secret here)", text, StringComparison.Ordinal);
        Assert.Equal(((string?)shown["scimBaseUrl"], (string?)shown["tokenUrl"], (string?)shown["clientId"], AuthenticationType.ClientCredentials),
            (read.Definition.BaseUrl, read.Definition.Authentication.TokenUrl, read.Definition.Authentication.ClientId, read.Definition.Authentication.Type));
        Assert.Equal((true, false, false), (read.Definition.UsePatch, read.Definition.SkipGroupUpdate, read.Definition.RelaxConfiguration));
        Assert.Equal(["412", "Precondition Failed"], read.Definition.RetryableErrors);
        var userName = read.Definition.Forms.Single(form => form.Type == ProvisioningForm.Create).Fields().Single(field => field.Name == "userName");
        Assert.Equal(("email", true), (userName.IdentityAttribute, userName.Required));
        var groups = read.Definition.Schemas.Single(schema => schema.ObjectType == ObjectSchema.Account).Attributes.Single(attribute => attribute.Name == "groups");
        Assert.Equal((true, true, true, "group"), (groups.Entitlement, groups.Managed, groups.MultiValued, groups.SchemaObjectType));
        Assert.All(read.Definition.Schemas, schema => Assert.Contains(schema.Attributes, attribute => attribute.Name == "meta.version"));
    }

    /// <summary>What the connector would discover stands in the file already: no attribute is of the file alone.</summary>
    [Fact]
    public async Task Schemas_AreThoseThatTheServerServes()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var read = ApplicationXml.Read((await ExportAsync(app, "format=identityiq")).Text).Definition;
        foreach (var (kind, urn) in (ValueTuple<string, string>[])[(ObjectSchema.Account, "urn:ietf:params:scim:schemas:core:2.0:User"), (ObjectSchema.Group, "urn:ietf:params:scim:schemas:core:2.0:Group")])
        {
            var served = (await client.GetAsync($"/Schemas/{urn}")).Expect(200).Body["attributes"]!.AsArray().Select(attribute => (string)attribute!["name"]!);
            var exported = read.Schemas.Single(schema => schema.ObjectType == kind).Attributes.Select(attribute => attribute.Name).Where(name => !name.StartsWith("urn:", StringComparison.Ordinal)).Select(name => name.Split('.')[0]).Distinct();
            Assert.Equal(served.Except(["members"]), exported);
        }
    }

    [Theory]
    [InlineData("identityiq", "application/xml-external-parsed-entity")]
    [InlineData("isc", "application/json-patch+json")]
    public async Task Fragment_HasTheThreeAttributesOfGroupChanges(string format, string mediaType)
    {
        await using var app = await RollcallApp.StartAsync();
        await app.IntegrationAsync();
        var (text, type) = await ExportAsync(app, $"format={format}&fragment=true");
        Assert.Equal(mediaType, type);
        if (format == "isc")
        {
            Assert.Equal("""[{"op":"add","path":"/connectorAttributes/retryableErrors","value":["412","Precondition Failed"]},{"op":"add","path":"/connectorAttributes/usePatch","value":true},{"op":"add","path":"/connectorAttributes/skipGrpUpdate","value":false}]""",
                JsonNode.Parse(text)!.ToJsonString());
            return;
        }
        // Pasted into the map of an application, it is what was left out there.
        var pasted = ApplicationXml.Read($"<Application name=\"x\"><Attributes><Map>{text}</Map></Attributes></Application>").Definition;
        Assert.Equal((true, false), (pasted.UsePatch, pasted.SkipGroupUpdate));
        Assert.Equal(["412", "Precondition Failed"], pasted.RetryableErrors);
        Assert.Empty(pasted.Attributes);
    }

    [Theory]
    [InlineData("/integrations/acme/export", 400)]
    [InlineData("/integrations/acme/export?format=xml", 400)]
    [InlineData("/integrations/nobody/export?format=isc", 404)]
    public async Task WhatIsNotThere_IsRefused(string path, int status)
    {
        await using var app = await RollcallApp.StartAsync();
        await app.IntegrationAsync();
        var refused = (await app.AdminAsync("GET", path)).Expect(status);
        Assert.Equal(status == 400 ? "The format is identityiq or isc." : "There is no integration named 'nobody'.", (string?)refused.Body["detail"]);
    }

    private static async Task<(string Text, string? MediaType)> ExportAsync(RollcallApp app, string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/integrations/acme/export?{query}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", RollcallApp.AdminToken);
        using var response = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)response.StatusCode);
        return (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), response.Content.Headers.ContentType?.MediaType);
    }
}
