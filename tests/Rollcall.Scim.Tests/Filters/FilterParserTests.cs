using Rollcall.Scim.Filters;
using Rollcall.Scim.Schemas;
using Xunit;

namespace Rollcall.Scim.Tests.Filters;

public sealed class FilterParserTests
{
    private static readonly FilterOptions Unlimited = FilterOptions.Default with { MaxLength = int.MaxValue, MaxTerms = int.MaxValue };

    [Fact]
    public void S187_nesting_100_000_deep_is_refused_without_exhausting_the_stack()
    {
        foreach (var open in new[] { "(", "not (", "not(", "emails[(", "(not (" })
        {
            var text = string.Concat(Enumerable.Repeat(open, 100_000));

            var fault = Assert.Throws<ScimException>(() => FilterParser.Parse(text, ResourceTypes.User, Unlimited));

            Assert.Equal("invalidFilter", fault.ScimType);
        }
    }

    [Fact]
    public void S187_parentheses_and_brackets_side_by_side_are_not_nested()
    {
        var text = string.Join(" or ", Enumerable.Repeat("(not (title pr) and emails[type pr])", 100));

        Assert.Equal(100, Assert.IsType<Filter.Or>(FilterParser.Parse(text, ResourceTypes.User, FilterOptions.Default)).Operands.Count);
    }

    [Fact]
    public void Chains_are_lists_however_long_they_are()
    {
        var ors = string.Join(" or ", Enumerable.Repeat("title pr", 100_000));
        var ands = string.Join(" and ", Enumerable.Repeat("title pr", 100_000));

        Assert.Equal(100_000, Assert.IsType<Filter.Or>(FilterParser.Parse(ors, ResourceTypes.User, Unlimited)).Operands.Count);
        Assert.Equal(100_000, Assert.IsType<Filter.And>(FilterParser.Parse(ands, ResourceTypes.User, Unlimited)).Operands.Count);
    }

    [Fact]
    public void Nested_chains_of_one_word_become_one_list()
    {
        var filter = FilterParser.Parse("title pr and (active pr and (id pr and nickName pr))", ResourceTypes.User, FilterOptions.Default);

        Assert.Equal("title pr and active pr and id pr and nickName pr", filter.ToString());
        Assert.Equal(4, Assert.IsType<Filter.And>(filter).Operands.Count);
    }

    [Fact]
    public void A_filter_of_8192_characters_is_read_and_a_longer_one_refused()
    {
        var longest = $"title eq \"{new string('x', 8192 - 11)}\"";

        Assert.IsType<Filter.Comparison>(FilterParser.Parse(longest, ResourceTypes.User, FilterOptions.Default));
        var fault = Assert.Throws<ScimException>(() => FilterParser.Parse(longest + " ", ResourceTypes.User, FilterOptions.Default));
        Assert.Equal("invalidFilter", fault.ScimType);
        Assert.Contains("8193", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_filter_of_512_comparisons_is_read_and_a_longer_one_refused()
    {
        var most = string.Join(" or ", Enumerable.Repeat("title pr", 512));

        Assert.IsType<Filter.Or>(FilterParser.Parse(most, ResourceTypes.User, FilterOptions.Default));
        var fault = Assert.Throws<ScimException>(() => FilterParser.Parse(most + " or id pr", ResourceTypes.User, FilterOptions.Default));
        Assert.Contains("512 comparisons", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Paths_inside_brackets_are_relative_to_the_element()
    {
        var filter = FilterParser.Parse("emails[type eq \"Work\"]", ResourceTypes.User, FilterOptions.Default);

        var valuePath = Assert.IsType<Filter.ValuePath>(filter);
        Assert.Equal("emails", valuePath.Path.ToString());
        var inner = Assert.IsType<Filter.Comparison>(valuePath.Inner);
        Assert.Equal(("type", null, null), (inner.Path.Attribute!.Name, inner.Path.Sub, inner.Path.Extension));
        Assert.Equal(new FilterValue.Text("Work", "work"), inner.Value);
    }

    [Fact]
    public void S173_what_only_names_attributes_of_other_types_is_a_constant()
    {
        var root = FilterOptions.Default with { UnknownAttribute = UnknownAttribute.NoValue };
        Filter Parse(string text) => FilterParser.Parse(text, ResourceTypes.User, root);

        Assert.Equal(new Filter.Constant(false), Parse("members.value eq \"x\" and userName pr"));
        Assert.Equal(new Filter.Constant(true), Parse("members.value ne \"x\" or userName pr"));
        Assert.Equal(new Filter.Constant(true), Parse("not (members[value eq \"x\"])"));
        Assert.Equal(Parse("userName pr"), Parse("members pr or userName pr"));
        Assert.Equal("not (id pr)", Parse("members pr").ToString());
        Assert.Equal("id pr", Parse("members eq null").ToString());
    }

    [Theory]
    [InlineData("secret eq \"x\"")]
    [InlineData("secret pr")]
    [InlineData("secret eq null")]
    [InlineData("SECRET co \"a\"")]
    [InlineData("urn:example:Vault:secret pr")]
    [InlineData("vault.pin gt 4")]
    [InlineData("vault[pin eq 4]")]
    [InlineData("vault[not (pin pr)]")]
    [InlineData("keys.pin eq 4")]
    [InlineData("keys[pin eq 4]")]
    [InlineData("keys[type eq \"a\"].pin eq 4")]
    public void S206_attributes_that_are_never_returned_are_refused(string text)
    {
        foreach (var unknown in Enum.GetValues<UnknownAttribute>())
        {
            var options = FilterOptions.Default with { UnknownAttribute = unknown };
            var fault = Assert.Throws<ScimException>(() => FilterParser.Parse(text, TestTypes.Vault, options));
            Assert.Equal("invalidFilter", fault.ScimType);
            Assert.Contains("never returned", fault.Message, StringComparison.Ordinal);
        }
    }
}
