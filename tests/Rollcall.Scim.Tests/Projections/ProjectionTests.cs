using System.Text.Json.Nodes;
using Rollcall.Scim.Paths;
using Rollcall.Scim.Projections;
using Rollcall.Scim.Schemas;
using Rollcall.Testing;
using Xunit;

namespace Rollcall.Scim.Tests.Projections;

/// <summary>The table Data/projection.json: which paths a response holds.</summary>
public sealed class ProjectionTests
{
    private static readonly JsonNode File = Cases.Read("projection.json");
    private static readonly IReadOnlyDictionary<string, Row> Rows = Cases.Rows<Row>(File["rows"]!.AsArray());

    public static TheoryData<string> Ids => [.. Rows.Keys];

    /// <summary>Rows without a blank parameter and without written attributes.</summary>
    public static TheoryData<string> PlainIds => [.. Rows.Values.Where(row => row is { Written: null, Attributes: not " " }).Select(row => row.Id)];

    [Theory, MemberData(nameof(Ids))]
    public void Projection_keeps_these_paths(string id)
    {
        var row = Rows[id];
        var resource = row.ToResource();
        var before = Json.Text(resource);

        var projected = row.ToProjection().Apply(resource);

        Assert.Equal(before, Json.Text(resource));
        Assert.Equal(row.Expected, PathsOf(row.ResourceType, projected));
    }

    [Theory, MemberData(nameof(Ids))]
    public void What_is_kept_is_included_and_nothing_else(string id)
    {
        var row = Rows[id];
        var projection = row.ToProjection();

        foreach (var path in PathsOf(row.ResourceType, row.ToResource()))
            Assert.True(projection.Includes(path) == row.Expected.Contains(path), path);
    }

    [Theory, MemberData(nameof(PlainIds))]
    public void Names_in_arrays_mean_the_same(string id)
    {
        var row = Rows[id];
        var projection = Projection.Create(row.Attributes?.Split(','), row.Excluded?.Split(','), row.ResourceType);

        Assert.Equal(row.Expected, PathsOf(row.ResourceType, projection.Apply(row.ToResource())));
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("", " ", true)]
    [InlineData("userName", null, false)]
    [InlineData(null, "groups", false)]
    [InlineData("nothing", null, false)]
    public void Only_a_request_that_names_nothing_is_default(string? attributes, string? excluded, bool isDefault) =>
        Assert.Equal(isDefault, Projection.Parse(attributes, excluded, ResourceTypes.User).IsDefault);

    [Fact]
    public void S231_D31_both_are_refused()
    {
        var fault = Assert.Throws<ScimException>(() => Projection.Parse("userName", "groups", ResourceTypes.User));

        Assert.Equal((400, "invalidValue"), (fault.Status, fault.ScimType));
    }

    [Theory]
    [InlineData(null, null, "groups members.display=false nothing=false userName")]
    [InlineData("userName", null, "groups=false userName emails=false emails.value=false")]
    [InlineData("emails.value", null, "emails emails.value emails.type=false")]
    [InlineData(null, "groups", "groups=false groups.value=false userName")]
    [InlineData(null, "groups.display", "groups groups.value groups.display=false")]
    [InlineData("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", null, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User groups=false")]
    public void Tells_what_need_not_be_loaded(string? attributes, string? excluded, string expected)
    {
        var projection = Projection.Parse(attributes, excluded, ResourceTypes.User);

        foreach (var word in expected.Split(' '))
            Assert.True(projection.Includes(word.Replace("=false", "", StringComparison.Ordinal)) != word.EndsWith("=false", StringComparison.Ordinal), word);
    }

    [Fact]
    public void What_was_written_matters_only_where_it_is_returned_on_request()
    {
        var projection = Projection.Default(ResourceTypes.Group);

        Assert.True(projection.WithWritten([AttributePath.TryResolve(ResourceTypes.Group, "displayName")!]).IsDefault);
        Assert.False(projection.WithWritten([AttributePath.TryResolve(ResourceTypes.Group, "members.display")!]).IsDefault);
    }

    private static List<string> PathsOf(ResourceType type, JsonObject resource)
    {
        List<string> paths = [];
        foreach (var (name, value) in resource)
        {
            if (type.FindExtension(name) is { } extension)
                paths.AddRange(((JsonObject)value!).SelectMany(part => PathsOf($"{extension.Schema.Id}:{part.Key}", part.Value)));
            else
                paths.AddRange(PathsOf(name, value));
        }
        return paths;
    }

    private static IEnumerable<string> PathsOf(string name, JsonNode? value) => value switch
    {
        JsonObject complex => complex.Select(part => $"{name}.{part.Key}"),
        JsonArray { Count: > 0 } array when array[0] is JsonObject => array.SelectMany(element => PathsOf(name, element)).Distinct(),
        _ => [name],
    };

    private sealed record Row(string Id, string Resource, IReadOnlyList<string> Expected, string? Attributes = null, string? Excluded = null, IReadOnlyList<string>? Written = null)
    {
        public ResourceType ResourceType => Resource switch { "group" => ResourceTypes.Group, "widget" => WidgetType.Widget, _ => ResourceTypes.User };

        public JsonObject ToResource() => Json.Body(File["resources"]![Resource]!);

        public Projection ToProjection()
        {
            var projection = Projection.Parse(Attributes, Excluded, ResourceType);
            return Written is null ? projection : projection.WithWritten(Written.Select(name => AttributePath.TryResolve(ResourceType, name)!));
        }
    }
}
