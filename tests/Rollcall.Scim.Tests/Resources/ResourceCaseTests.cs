using System.Text.Json.Nodes;
using Rollcall.Scim.Resources;
using Rollcall.Scim.Schemas;
using Rollcall.Testing;
using Xunit;

namespace Rollcall.Scim.Tests.Resources;

/// <summary>The table Data/resources.json against the reader. Rows without <c>schemas</c> get those of their type.</summary>
public sealed class ResourceCaseTests
{
    private static readonly IReadOnlyDictionary<string, Row> Rows = Cases.Rows<Row>("resources.json");

    public static TheoryData<string> Read => [.. Rows.Values.Where(row => row.Error is null).Select(row => row.Id)];

    public static TheoryData<string> Refused => [.. Rows.Values.Where(row => row.Error is not null).Select(row => row.Id)];

    [Theory, MemberData(nameof(Read))]
    public void Body_is_read_as_this_resource(string id)
    {
        var row = Rows[id];
        var body = row.ToBody();
        var before = Json.Text(body);

        var resource = ResourceReader.Read(body, row.ResourceType, row.Options);

        Assert.Equal(before, Json.Text(body));
        // What is read once is in canonical form: reading it again, even strictly, changes nothing.
        Assert.Equal(Json.Text(resource), Json.Text(ResourceReader.Read(resource, row.ResourceType, new ReaderOptions { Strict = true })));
        Assert.Equal(Json.Text(resource), Json.Text(CanonicalResource.Arrange(resource, row.ResourceType)));
        if (!row.Expected!.ContainsKey("schemas"))
            resource.Remove("schemas");
        Assert.Equal(Json.Text(row.Expected), Json.Text(resource));
    }

    [Theory, MemberData(nameof(Refused))]
    public void Body_is_refused_with_a_reason(string id)
    {
        var row = Rows[id];

        var fault = Assert.Throws<ScimException>(() => ResourceReader.Read(row.ToBody(), row.ResourceType, row.Options));

        row.Error!.Check(fault);
    }

    private sealed record Row(string Id, JsonObject Body, JsonObject? Expected = null, ExpectedFault? Error = null, string? Type = null, bool Strict = false)
    {
        public ResourceType ResourceType => WidgetType.Named(Type);

        public ReaderOptions Options => new() { Strict = Strict };

        public JsonObject ToBody()
        {
            var body = Json.Body(Body);
            if (!body.ContainsKey("schemas"))
                body["schemas"] = new JsonArray(ResourceType.Schema.Id);
            return body;
        }
    }
}
