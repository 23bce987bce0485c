using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Access.Evaluation;
using Rollcall.Access.Integrations;
using Rollcall.Access.Lists;
using Rollcall.Data;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Access.Api;

/// <summary>
/// <c>/api/v1/people/{userName}/access</c> and <c>/api/v1/lists/{name}/effective-members</c>: what a person may do, and who
/// is on a list, now or at any time since records began, and why.
/// </summary>
internal sealed class AccessApi(Database database, IntegrationDirectory directory)
{
    private readonly AccessEvaluator _evaluator = new(id => directory.Current.NameOf(id));

    private readonly EffectiveMembers _members = new(id => directory.Current.NameOf(id));

    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/people/{userName}/access", (RequestDelegate)ExplainAsync)
            .Describe("explainAccess", "What a person may do by access lists, and why.")
            .Answers<PersonAccess>().TakesQuery("at", "The moment that is asked of; now by default.", typeof(DateTimeOffset));
        api.MapGet("/lists/{name}/effective-members", (RequestDelegate)MembersAsync)
            .Describe("listEffectiveMembers", "Who is on an access list, directly or by lists within it, and why.")
            .AnswersPage<EffectiveMember>().TakesQuery("at", "The moment that is asked of; now by default.", typeof(DateTimeOffset));
    }

    private async Task ExplainAsync(HttpContext http)
    {
        var name = http.RouteOfPerson("userName");
        var at = ApiTime.Read(http.Request, "at");
        var access = await database.ReadAsync(session => _evaluator.EvaluateAsync(session, name, at))
            ?? throw ApiException.NotFound($"Nobody is named '{name.Truncate()}' here: no User, no owner and no member.");
        await ApiJson.WriteAsync(http, access);
    }

    private async Task MembersAsync(HttpContext http)
    {
        var name = http.Route("name");
        var at = ApiTime.Read(http.Request, "at");
        var page = ApiPageRequest.Read(http.Request);
        var after = MemberStore.Key.Parse(page.After);
        var members = await database.ReadAsync(session => _members.PageAsync(session, name, at, after, page.CountToRead)) ?? throw AdminRequest.NoSuchList(http);
        var answer = page.PageOf(members, member => member.Key.ToString());
        await ApiJson.WriteAsync(http, new ApiPage<EffectiveMember>([.. answer.Items.Select(item => item.Member)], answer.NextCursor));
    }
}
