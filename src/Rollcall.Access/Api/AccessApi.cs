using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Access.Evaluation;
using Rollcall.Access.Integrations;
using Rollcall.Data;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Access.Api;

/// <summary><c>/api/v1/people/{userName}/access</c>: what a person may do now or at any time since records began, and why.</summary>
internal sealed class AccessApi(Database database, IntegrationDirectory directory)
{
    private readonly AccessEvaluator _evaluator = new(id => directory.Current.NameOf(id));

    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api) => api.MapGet("/people/{userName}/access", (RequestDelegate)ExplainAsync);

    private async Task ExplainAsync(HttpContext http)
    {
        var name = http.RouteOfPerson("userName");
        var at = ApiTime.Read(http.Request, "at");
        var access = await database.ReadAsync(session => _evaluator.EvaluateAsync(session, name, at))
            ?? throw ApiException.NotFound($"Nobody is named '{name.Truncate()}' here: no User, no owner and no member.");
        await ApiJson.WriteAsync(http, access);
    }
}
