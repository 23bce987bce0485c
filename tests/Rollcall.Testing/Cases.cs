using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Testing;

/// <summary>Tables of test cases: JSON files in the folder <c>Data</c> beside the tests, one object per row.</summary>
public static class Cases
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>The whole file as JSON.</summary>
    /// <param name="file">The file's name, without folder.</param>
    public static JsonNode Read(string file) =>
        JsonNode.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", file)))!;

    /// <summary>The rows of a file, by their <c>id</c>, which must be distinct; an unknown key in a row is an error.</summary>
    /// <param name="file">The file's name, without folder.</param>
    public static IReadOnlyDictionary<string, T> Rows<T>(string file) => Rows<T>(Read(file).AsArray());

    /// <summary>As <see cref="Rows{T}(string)"/>, for an array within a file.</summary>
    /// <param name="rows">The rows.</param>
    public static IReadOnlyDictionary<string, T> Rows<T>(JsonArray rows)
    {
        var found = new Dictionary<string, T>();
        foreach (var row in rows)
            found.Add(row!["id"]!.GetValue<string>(), row.Deserialize<T>(Options)!);
        return found;
    }
}
