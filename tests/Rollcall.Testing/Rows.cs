using System.Text.Json;
using Xunit;
using Xunit.Sdk;

namespace Rollcall.Testing;

/// <summary>Reads tables of cases: JSON arrays of objects, each with an <c>id</c> that names the test.</summary>
public static class Rows
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    /// <summary>The rows of a table, as data of a theory.</summary>
    /// <param name="file">The file's name, in the folder <c>Data</c> beside the tests.</param>
    public static IEnumerable<ITheoryDataRow> Of<TRow>(string file) where TRow : Row =>
        JsonSerializer.Deserialize<List<TRow>>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", file)), Options)!
            .Select(row => new TheoryDataRow<TRow>(row) { TestDisplayName = row.Id });
}

/// <summary>One case.</summary>
public abstract record Row : IXunitSerializable
{
    /// <summary>The name of the test; where it proves a requirement, it begins with that.</summary>
    public string Id { get; set; } = "";

    /// <inheritdoc/>
    public sealed override string ToString() => Id;

    /// <inheritdoc/>
    public void Serialize(IXunitSerializationInfo info) => info.AddValue("row", JsonSerializer.Serialize(this, GetType()));

    /// <inheritdoc/>
    public void Deserialize(IXunitSerializationInfo info)
    {
        var read = JsonSerializer.Deserialize(info.GetValue<string>("row")!, GetType())!;
        foreach (var property in GetType().GetProperties().Where(property => property.CanWrite))
            property.SetValue(this, property.GetValue(read));
    }
}
