using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Access.Evaluation;
using Rollcall.Access.Lists;
using Rollcall.Access.Scim;
using Rollcall.Data;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Access.Api;

/// <summary><c>/api/v1/lists/{name}/members</c>. Members of lists of type <c>scim</c> can be read here, not changed.</summary>
internal sealed class MembersApi(Database database)
{
    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/lists/{name}/members", (RequestDelegate)ListAsync)
            .Describe("listMembers", "The direct members of an access list.")
            .AnswersPage<MemberView>();
        api.MapPut("/lists/{name}/members/{member}", (RequestDelegate)PutAsync)
            .Describe("putMember", "Makes a person or a list a member, or changes until when and why it is one.")
            .Takes<MemberChange>(isOptional: true).TakesIfMatch().Answers<MemberView>().Answers<MemberView>(StatusCodes.Status201Created);
        api.MapDelete("/lists/{name}/members/{member}", (RequestDelegate)RemoveAsync)
            .Describe("removeMember", "Ends a membership.")
            .TakesQuery("kind", "What the member is: person, the default, or list.").TakesIfMatch().AnswersNothing();
    }

    private sealed record MemberChange
    {
        public MemberKind Kind { get; init; } = MemberKind.Person;
        public DateTimeOffset? Expires { get; init; }
        public string? Reason { get; init; }
    }

    /// <param name="Kind">A User, a person by name, or a list.</param>
    /// <param name="Name">The name.</param>
    /// <param name="UserId">The User's id in SCIM.</param>
    /// <param name="Joined">Since when it is a member.</param>
    /// <param name="Expires">From when on the membership has no effect; absent for never.</param>
    /// <param name="Reason">Why it is a member.</param>
    /// <param name="AddedBy">Who added it.</param>
    /// <param name="IneligibleStatus">Whether the membership has effect, and if not, why; of a list, its own members count each by itself.</param>
    private sealed record MemberView(
        MemberKind Kind, string Name, string? UserId, DateTimeOffset Joined, DateTimeOffset? Expires, string? Reason, string AddedBy, IneligibleStatus IneligibleStatus);

    private async Task ListAsync(HttpContext http)
    {
        var page = ApiPageRequest.Read(http.Request);
        var answer = await database.ReadAsync(async session =>
        {
            var list = await ListStore.FindAsync(session, http.Route("name")) ?? throw AdminRequest.NoSuchList(http);
            var members = page.PageOf(
                await MemberStore.PageAsync(session, list.IntegrationId, list.Id, MemberStore.Key.Parse(page.After), page.CountToRead),
                member => new MemberStore.Key(member.Kind, member.MemberId).ToString());
            return new ApiPage<MemberView>(await ViewsAsync(session, list, members.Items), members.NextCursor);
        });
        await ApiJson.WriteAsync(http, answer);
    }

    private async Task PutAsync(HttpContext http)
    {
        var given = await ApiRequest.ReadOptionalAsync<MemberChange>(http);
        var kind = KindOf(given.Kind);
        var name = kind == MemberKind.Person ? ListRules.Person("member", MemberName(http)) : MemberName(http);
        var change = AdminRequest.Change(http);
        var (member, added) = await database.WriteAsync(async session =>
        {
            var list = await LockAsync(session, http);
            var expires = given.Expires is { } time ? ScimTime.Of(time) : (long?)null;
            var (put, isNew) = await MemberStore.PutAsync(session, change, list, kind, name, expires, given.Reason);
            return ((await ViewsAsync(session, (await ListStore.FindAsync(session, list.Name))!, [put]))[0], isNew);
        }, change.Key);
        await ApiJson.WriteAsync(http, member, added ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private async Task RemoveAsync(HttpContext http)
    {
        var kind = http.Request.Query["kind"].ToString() switch
        {
            "" or "person" => MemberKind.Person,
            "list" => MemberKind.List,
            var other => throw ApiException.Invalid("kind", $"The kind of a member is \"person\" or \"list\", not \"{other.Truncate()}\"."),
        };
        var change = AdminRequest.Change(http);
        await database.WriteAsync(async session =>
        {
            await MemberStore.RemoveAsync(session, change, await LockAsync(session, http), kind, MemberName(http));
            return true;
        }, change.Key);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async ValueTask<LockedList> LockAsync(WriteSession session, HttpContext http)
    {
        var list = await AdminRequest.LockListAsync(session, http);
        return list.Type == ListTypes.Scim
            ? throw ApiException.Conflict($"The members of '{list.Name}' are managed by its integration, over SCIM. Change them there.")
            : list;
    }

    private static MemberKind KindOf(MemberKind kind) => kind == MemberKind.User
        ? throw ApiException.Invalid("kind", "The kind of a member is \"person\" or \"list\"; Users are members of lists of type \"scim\" only.")
        : kind;

    private static string MemberName(HttpContext http) => http.RouteOfPerson("member");

    private static async ValueTask<IReadOnlyList<MemberView>> ViewsAsync(Session session, AccessList list, IReadOnlyList<ListMember> members)
    {
        var statuses = await Eligibility.OfMembersAsync(session, list, members);
        return [.. members.Zip(statuses, (member, status) => new MemberView(
            member.Kind, member.Name, member.UserId, ScimTime.ToTime(member.Joined), member.Expires is { } expires ? ScimTime.ToTime(expires) : null,
            member.Reason, member.AddedBy, status))];
    }
}
