using System.Text.Json;
using Xunit.Sdk;

namespace Rollcall.Access.Tests.Support;

/// <summary>Reads tables of cases: JSON arrays of objects, each with an <c>id</c> that names the test.</summary>
internal static class Rows
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    public static IEnumerable<ITheoryDataRow> Of<TRow>(string file) where TRow : Row =>
        JsonSerializer.Deserialize<List<TRow>>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", file)), Options)!
            .Select(row => new TheoryDataRow<TRow>(row) { TestDisplayName = row.Id });
}

/// <summary>One case.</summary>
public abstract record Row : IXunitSerializable
{
    public string Id { get; set; } = "";

    public sealed override string ToString() => Id;

    public void Serialize(IXunitSerializationInfo info) => info.AddValue("row", JsonSerializer.Serialize(this, GetType()));

    public void Deserialize(IXunitSerializationInfo info)
    {
        var read = JsonSerializer.Deserialize(info.GetValue<string>("row")!, GetType())!;
        foreach (var property in GetType().GetProperties().Where(property => property.CanWrite))
            property.SetValue(this, property.GetValue(read));
    }
}
