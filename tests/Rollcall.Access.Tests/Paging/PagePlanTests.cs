using Rollcall.Access.Scim;
using Rollcall.Access.Scim.Paging;
using Rollcall.Access.Tests.Support;
using Rollcall.Scim.Filters;
using Rollcall.Scim.Messages;

namespace Rollcall.Access.Tests.Paging;

/// <summary>
/// A page costs the same wherever it is, however many resources there are: SQLite finds its first row by an index and goes on in the
/// order of that index. Nothing is walked from one end, and nothing but equals is sorted.
/// </summary>
public sealed class PagePlanTests
{
    [Theory]
    [InlineData("User", null, "users_page (integration_id=?")]
    [InlineData("User", "userName", "users_user_name (integration_id=?")]
    [InlineData("User", "id", "users_scim_id (integration_id=?")]
    // Those that have no value follow in the order of their ids.
    [InlineData("User", "displayName", "users_display_name (integration_id=? AND display_name_key>?", "users_scim_id (integration_id=?")]
    [InlineData("User", "externalId", "users_external_id (integration_id=? AND external_id>?", "users_scim_id (integration_id=?")]
    [InlineData("Group", null, "lists_page (integration_id=?")]
    [InlineData("Group", "id", "lists_scim_id (integration_id=? AND scim_id>?")]
    [InlineData("Group", "displayName", "lists_title (integration_id=?")]
    public async Task An_order_is_that_of_an_index(string type, string? sortBy, params string[] indexes)
    {
        await using var access = await TestAccess.StartAsync();
        foreach (var descending in (bool[])[false, true])
        {
            foreach (var after in (PagePlace?[])[null, sortBy is null ? new PagePlace(0, 5) : new PagePlace(0, 5, "id", "key")])
            {
                foreach (var plan in await PlansAsync(access, type, new ListQuery { SortBy = sortBy, Descending = descending }, after))
                {
                    AssertSearches(plan, indexes);
                    Assert.DoesNotContain(plan, line => line.EndsWith("TEMP B-TREE FOR ORDER BY", StringComparison.Ordinal));
                }
            }
        }
    }

    [Theory]
    [InlineData("User", "userName eq \"a\"", "users_user_name (integration_id=? AND user_name_key=?")]
    [InlineData("User", "active eq true and userName eq \"a\"", "users_user_name (integration_id=? AND user_name_key=?")]
    [InlineData("User", "id eq \"a\"", "users_scim_id (integration_id=? AND scim_id=?")]
    [InlineData("User", "externalId eq \"a\"", "users_external_id (integration_id=? AND external_id=?")]
    [InlineData("User", "displayName eq \"a\"", "users_display_name (integration_id=? AND display_name_key=?")]
    [InlineData("User", "emails.value eq \"a\"", "users_page (integration_id=? AND id=?")]
    [InlineData("User", "emails[value eq \"a\" and type eq \"work\"]", "users_page (integration_id=? AND id=?")]
    [InlineData("User", "groups.value eq \"a\"", "users_page (integration_id=? AND id=?")]
    [InlineData("Group", "id eq \"a\"", "lists_scim_id (integration_id=? AND scim_id=?")]
    [InlineData("Group", "displayName eq \"a\"", "lists_title (integration_id=? AND title_key=?")]
    [InlineData("Group", "members.value eq \"a\"", "lists_page (integration_id=? AND id=?")]
    public async Task A_filter_for_a_value_looks_it_up(string type, string filter, params string[] indexes)
    {
        await using var access = await TestAccess.StartAsync();
        foreach (var after in (PagePlace?[])[null, new PagePlace(0, 5)])
        {
            foreach (var plan in await PlansAsync(access, type, new ListQuery { Filter = filter }, after))
            {
                AssertSearches(plan, indexes);
                Assert.DoesNotContain(plan, line => line.Contains("TEMP B-TREE", StringComparison.Ordinal));
            }
        }
    }

    [Theory]
    [InlineData("User", "id eq \"a\" or id eq \"b\" or id eq \"c\"", "users_scim_id (integration_id=? AND scim_id=?")]
    [InlineData("User", "userName eq \"a\" or userName eq \"b\"", "users_user_name (integration_id=? AND user_name_key=?")]
    [InlineData("Group", "id eq \"a\" or id eq \"b\"", "lists_scim_id (integration_id=? AND scim_id=?")]
    public async Task A_filter_for_some_values_looks_them_up_and_sorts_what_it_finds(string type, string filter, params string[] indexes)
    {
        await using var access = await TestAccess.StartAsync();
        foreach (var after in (PagePlace?[])[null, new PagePlace(0, 5)])
        {
            foreach (var plan in await PlansAsync(access, type, new ListQuery { Filter = filter }, after))
                AssertSearches(plan, indexes);
        }
    }

    /// <summary>The resources are found by one of the indexes, and no table is walked from its beginning; elements of one document are no table.</summary>
    private static void AssertSearches(IReadOnlyList<string> plan, string[] indexes)
    {
        Assert.True(
            indexes.Any(index => plan[0][..8] is "SEARCH u" or "SEARCH l" && plan[0][9..].StartsWith($"USING INDEX {index}", StringComparison.Ordinal)), string.Join('\n', plan));
        Assert.DoesNotContain(plan, line => line.StartsWith("SCAN", StringComparison.Ordinal) && !line.Contains("VIRTUAL TABLE", StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<IReadOnlyList<string>>> PlansAsync(TestAccess access, string type, ListQuery asked, PagePlace? after)
    {
        var (integration, _) = access.Directory.Current.ByName.GetValueOrDefault("acme") is { } known ? (known, "") : await access.AddIntegrationAsync("acme");
        var query = new ResourceQuery(
            access.Database.Dialect, asked, type == "User" ? ListedType.Users : ListedType.Groups, 0, UnknownAttribute.Refuse, integration, "http://127.0.0.1/scim/acme/v2");
        var plans = new List<IReadOnlyList<string>>();
        foreach (var statement in query.Statements(after, 10))
            plans.Add(await QueryPlan.OfAsync(access, _ => statement));
        Assert.NotEmpty(plans);
        return plans;
    }
}
