using System.Text.Json.Nodes;
using CsCheck;
using Rollcall.Scim.Filters;
using Rollcall.Scim.Schemas;
using Rollcall.Scim.Sorting;
using Rollcall.Testing;
using Xunit;

namespace Rollcall.Scim.Tests.Sorting;

/// <summary>The table Data/sorts.json, and what holds of any order.</summary>
public sealed class ResourceSortTests
{
    private static readonly JsonNode File = Cases.Read("sorts.json");
    private static readonly IReadOnlyDictionary<string, OrderRow> Orders = Cases.Rows<OrderRow>(File["orders"]!.AsArray());
    private static readonly IReadOnlyDictionary<string, FaultRow> Faults = Cases.Rows<FaultRow>(File["faults"]!.AsArray());

    public static TheoryData<string> OrderIds => [.. Orders.Keys];

    public static TheoryData<string> FaultIds => [.. Faults.Keys];

    [Theory, MemberData(nameof(OrderIds))]
    public void Resources_come_in_this_order(string id)
    {
        var row = Orders[id];
        var sort = ResourceSort.Parse(row.SortBy, row.SortOrder, ResourceTypes.User, row.Root ? UnknownAttribute.NoValue : UnknownAttribute.Refuse);

        var sorted = File["users"]!.AsObject()
            .Select(user => (Id: user.Key, Key: sort.KeyOf(ComparisonDocument.Build(ResourceTypes.User, user.Value!.AsObject()))))
            .Order(Comparer<(string Id, SortKey Key)>.Create((left, right) => sort.Compare(left.Key, left.Id, right.Key, right.Id)));

        Assert.Equal(row.Order, string.Concat(sorted.Select(user => user.Id)));
    }

    [Theory, MemberData(nameof(FaultIds))]
    public void Order_is_refused_with_a_reason(string id)
    {
        var row = Faults[id];

        var fault = Assert.Throws<ScimException>(() => ResourceSort.Parse(row.SortBy, row.SortOrder, ResourceTypes.User));

        Assert.Equal((400, row.ScimType), (fault.Status, fault.ScimType));
        Assert.Contains(row.Detail, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("vault.pin")]
    [InlineData("keys.pin")]
    public void S077_what_is_never_returned_can_t_be_sorted_by(string sortBy) =>
        Assert.Equal("invalidPath", Assert.Throws<ScimException>(() => ResourceSort.Parse(sortBy, null, TestTypes.Vault)).ScimType);

    [Fact]
    public void Numbers_are_sorted_by_size_and_arrays_by_their_first_value()
    {
        SortKey KeyOf(string sortBy, JsonObject vault) =>
            ResourceSort.Parse(sortBy, null, TestTypes.Vault).KeyOf(ComparisonDocument.Build(TestTypes.Vault, vault));

        Assert.True(SortKey.Compare(KeyOf("weight", new() { ["weight"] = 9.5 }), KeyOf("weight", new() { ["weight"] = 10 })) < 0);
        Assert.Equal(new SortKey(null, 7), KeyOf("shelves", new() { ["shelves"] = new JsonArray(7, 3) }));
        Assert.True(KeyOf("shelves", new() { ["shelves"] = new JsonArray() }).IsAbsent);
    }

    [Fact]
    public void The_order_is_total_and_descending_is_its_reverse_but_for_ids() => Gen.Select(
        Gen.OneOf("userName", "emails", "emails.primary", "active", "meta.created", "name.familyName", "addresses.country", "roles.value"),
        Generators.Users, Generators.Users, Generators.Users).Sample((sortBy, a, b, c) =>
        {
            var ascending = ResourceSort.Parse(sortBy, "ascending", ResourceTypes.User);
            var descending = ResourceSort.Parse(sortBy, "descending", ResourceTypes.User);
            SortKey Key(JsonObject user) => ascending.KeyOf(ComparisonDocument.Build(ResourceTypes.User, user));
            var (x, y, z) = (Key(a), Key(b), Key(c));

            Assert.Equal(Math.Sign(ascending.Compare(x, "1", y, "2")), -Math.Sign(ascending.Compare(y, "2", x, "1")));
            if (ascending.Compare(x, "1", y, "2") <= 0 && ascending.Compare(y, "2", z, "3") <= 0)
                Assert.True(ascending.Compare(x, "1", z, "3") <= 0);
            Assert.Equal(
                SortKey.Compare(x, y) == 0 ? -1 : -Math.Sign(ascending.Compare(x, "1", y, "2")),
                Math.Sign(descending.Compare(x, "1", y, "2")));
        }, iter: 1_500);

    private sealed record OrderRow(string Id, string SortBy, string Order, string? SortOrder = null, bool Root = false);

    private sealed record FaultRow(string Id, string SortBy, string ScimType, string Detail, string? SortOrder = null);
}
