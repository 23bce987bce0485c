using System.Text.Json;
using Xunit;

namespace Rollcall.Tests;

/// <summary>Tables of cases under <c>Data/</c>, one row each with an <c>id</c>.</summary>
internal static class Cases
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    /// <summary>The rows of a table.</summary>
    public static IReadOnlyList<T> Read<T>(string file) =>
        JsonSerializer.Deserialize<List<T>>(File.ReadAllText(Path.Combine(Repository.Tests, "Data", file)), Options)!;

    /// <summary>The ids of a table's rows, as data of a theory.</summary>
    public static TheoryData<string> Ids<T>(string file, Func<T, string> id) => [.. Read<T>(file).Select(id)];
}
