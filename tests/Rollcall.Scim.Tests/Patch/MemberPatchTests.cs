using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Rollcall.Scim.Patch;
using Rollcall.Scim.Resources;
using Rollcall.Scim.Schemas;
using Xunit;

namespace Rollcall.Scim.Tests.Patch;

public sealed class MemberPatchTests
{
    private static readonly Gen<string> Ids = Gen.OneOf("1", "2", "3", "4", "a", "A", "\\u00e9", "e\\u0301");

    private static readonly Gen<string> Members = Gen.Select(Ids, Gen.OneOf("", ",\"type\":\"User\"", ",\"type\":\"Group\"", ",\"$ref\":null,\"display\":\"dora\""), (id, rest) => $$"""{"value":"{{id}}"{{rest}}}""");

    private static readonly Gen<string> Lists = Members.List[0, 4].Select(members => $"[{string.Join(',', members)}]");

    private static readonly Gen<string> Filters = Gen.OneOf(
        Ids.Select(id => $"value eq \\\"{id}\\\""),
        Gen.Select(Ids, Ids, (a, b) => $"value eq \\\"{a}\\\" or VALUE eq \\\"{b}\\\""),
        Gen.Select(Ids, Gen.OneOf("User", "group"), (id, type) => $"value eq \\\"{id}\\\" and type eq \\\"{type}\\\""),
        Gen.OneOf("type eq \\\"group\\\"", "display sw \\\"d\\\"", "not (type eq \\\"User\\\")", "type pr", "value ne \\\"2\\\"", "value eq null"));

    private static readonly Gen<string> Operations = Gen.OneOf(
        Lists.Select(list => $$"""{"op":"add","path":"members","value":{{list}}}"""),
        Members.Select(member => $$"""{"op":"add","path":"members","value":{{member}}}"""),
        Lists.Select(list => $$"""{"op":"replace","path":"members","value":{{list}}}"""),
        Lists.Select(list => $$$"""{"op":"add","value":{"members":{{{list}}},"externalId":"x"}}"""),
        Lists.Select(list => $$"""{"op":"remove","path":"members","value":{{list}}}"""),
        Filters.Select(filter => $$"""{"op":"remove","path":"members[{{filter}}]"}"""),
        Gen.Const("""{"op":"remove","path":"members"}"""),
        Gen.Const("""{"op":"replace","path":"members","value":null}"""),
        Ids.Select(id => $$$"""{"op":"replace","path":"members[value eq \"{{{id}}}\"]","value":{"value":"{{{id}}}"}}"""),
        Ids.Select(id => $$$"""{"op":"add","path":"members[value eq \"{{{id}}}\" and type eq \"Group\"]","value":{"value":"{{{id}}}"}}"""));

    private static readonly Gen<string> Groups = Lists.Select(list => $$"""{"displayName":"g","members":{{list}}}""");

    [Fact]
    public void Compiled_changes_agree_with_the_engine_on_any_sequence_and_any_members()
    {
        var ready = 0;
        Gen.Select(Groups, Operations.Array[1, 8], Gen.Bool).Sample((group, operations, strict) =>
        {
            var before = CanonicalResource.Arrange(Json.Body(group), ResourceTypes.Group);
            before = ResourceReader.Read(before, ResourceTypes.Group, ReaderOptions.Default);
            var options = new PatchOptions { Reader = new ReaderOptions { Strict = strict } };

            var byEngine = Attempt(() => Values(PatchEngine.Apply(before, PatchRequest.Parse(Patches.Body(operations), ResourceTypes.Group, options))));
            var byCompiler = Attempt(() =>
            {
                var patch = MemberPatch.Compile(PatchRequest.Parse(Patches.Body(operations), ResourceTypes.Group, options), "members");
                if (patch.Change is not null)
                    Interlocked.Increment(ref ready);
                var needed = patch.NeededValues;
                var elements = Elements(before).Where(element => needed is null || needed.Contains(element["value"]!.GetValue<string>(), CanonicalText));
                return Applied(Values(before), patch.Change ?? patch.ChangeOf(elements));
            });

            Assert.Equal(byEngine, byCompiler);
        }, iter: 20_000, threads: 1);
        Assert.InRange(ready, 1000, 19_000);
    }

    [Theory]
    [InlineData("""{"op":"add","path":"members","value":[{"value":"x","type":"User"},{"value":"y"}]}""", "+x:User +y")]
    [InlineData("""{"op":"remove","path":"members[value eq \"x\" or value eq \"y\"]"}""", "-x -y")]
    [InlineData("""{"op":"add","path":"members","value":[{"value":"x"}]},{"op":"remove","path":"members[value eq \"x\"]"}""", "-x")]
    [InlineData("""{"op":"remove","path":"members[value eq \"x\"]"},{"op":"add","path":"members","value":[{"value":"x"}]}""", "+x")]
    [InlineData("""{"op":"remove","path":"members"},{"op":"add","path":"members","value":[{"value":"x"}]}""", "= +x")]
    [InlineData("""{"op":"replace","path":"members","value":[{"value":"x"},{"value":"y"}]},{"op":"remove","path":"members[value eq \"x\"]"}""", "= +y")]
    [InlineData("""{"op":"add","path":"members","value":[{"value":"x"}]},{"op":"replace","value":{"members":[]}}""", "=")]
    [InlineData("""{"op":"add","path":"members","value":[]}""", "")]
    [InlineData("""{"op":"Remove","path":"members","value":[{"value":"u1091"}]}""", "-u1091")]
    public void Folds_to(string operations, string expected)
    {
        var patch = MemberPatch.Compile(Patches.Parse(ResourceTypes.Group, operations), "members");

        var change = Assert.IsType<SetChange>(patch.Change);

        IEnumerable<string> words = [.. change.ReplaceAll ? ["="] : Array.Empty<string>(), .. change.Add.Select(Word), .. change.Remove.Select(value => $"-{value}")];
        Assert.Equal(expected, string.Join(' ', words));
        Assert.Equal(expected.Length == 0, change.IsNothing);
        Assert.Same(change, patch.ChangeOf([]));

        static string Word(SetChange.Element element) => element.Type is null ? $"+{element.Value}" : $"+{element.Value}:{element.Type}";
    }

    [Theory]
    [InlineData("""members[type eq \"Group\"]""", null)]
    [InlineData("""members[value ne \"1\"]""", null)]
    [InlineData("""members[value eq \"1\" or type eq \"Group\"]""", null)]
    [InlineData("""members[value eq \"1\" and type eq \"Group\"]""", "1")]
    [InlineData("""members[type eq \"Group\" and (value eq \"1\" or value eq \"2\")]""", "1,2")]
    public void Only_the_elements_that_a_filter_can_select_are_needed(string path, string? needed)
    {
        var patch = MemberPatch.Compile(Patches.Parse(ResourceTypes.Group, $$"""{"op":"remove","path":"{{path}}"}"""), "members");

        Assert.Null(patch.Change);
        Assert.Equal(needed, patch.NeededValues is { } values ? string.Join(',', values) : null);
    }

    [Fact]
    public void Only_attributes_that_are_sets_compile()
    {
        var request = Patches.Parse(ResourceTypes.User, """{"op":"remove","path":"emails"}""");

        Assert.Throws<ArgumentException>(() => MemberPatch.Compile(request, "emails"));
        Assert.Throws<ArgumentException>(() => MemberPatch.Compile(request, "nothing"));
    }

    [Fact]
    public void S294_large_changes_cost_in_proportion()
    {
        var members = string.Join(',', Enumerable.Range(0, Linear.Many).Select(i => $$"""{"value":"user-{{i}}"}"""));
        var request = Patches.Parse(ResourceTypes.Group,
            $$"""{"op":"add","path":"members","value":[{{members}}]}""",
            $$"""{"op":"remove","path":"members","value":[{{members}}]}""",
            "{\"op\":\"add\",\"value\":{\"members\":[" + members + "]}}");

        Linear.Check(() => Assert.Equal(Linear.Many, MemberPatch.Compile(request, "members").Change!.Add.Count));
    }

    private static readonly IEqualityComparer<string> CanonicalText = EqualityComparer<string>.Create(
        (left, right) => left!.Normalize(NormalizationForm.FormC) == right!.Normalize(NormalizationForm.FormC),
        text => text.Normalize(NormalizationForm.FormC).GetHashCode(StringComparison.Ordinal));

    /// <summary>The set, or the fault, as text.</summary>
    private static string Attempt(Func<IEnumerable<string>> set)
    {
        try
        {
            return string.Join(' ', set().Select(value => value.Normalize(NormalizationForm.FormC)).Order(StringComparer.Ordinal));
        }
        catch (ScimException fault)
        {
            return fault.ScimType!;
        }
    }

    private static IEnumerable<JsonObject> Elements(JsonObject group) => (group["members"] as JsonArray ?? []).Select(element => (JsonObject)element!);

    private static IEnumerable<string> Values(JsonObject group) => Elements(group).Select(element => element["value"]!.GetValue<string>());

    private static IEnumerable<string> Applied(IEnumerable<string> values, SetChange change)
    {
        Assert.Empty(change.Remove.Intersect(change.Add.Select(element => element.Value), CanonicalText));
        Assert.True(!change.ReplaceAll || change.Remove.Count == 0);
        var set = (change.ReplaceAll ? [] : values).ToHashSet(CanonicalText);
        set.ExceptWith(change.Remove);
        set.UnionWith(change.Add.Select(element => element.Value));
        return set;
    }
}
