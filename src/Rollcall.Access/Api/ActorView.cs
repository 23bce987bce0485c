using System.Text.Json;
using Rollcall.Web.Api;

namespace Rollcall.Access.Api;

/// <summary>Who did something, as the audit log has it.</summary>
/// <param name="Integration">The integration's name; absent for an administrator.</param>
/// <param name="Client">The OAuth client id or the id of the static token.</param>
/// <param name="User">The administrator's name; absent for a client.</param>
/// <param name="Address">Where the request came from.</param>
/// <param name="RequestId">The <c>X-Request-Id</c> of the answer.</param>
internal sealed record ActorView(
    string? Integration = null, string? Client = null, string? User = null, string? Address = null, string? RequestId = null)
{
    /// <summary>Reads the column <c>actor</c>.</summary>
    public static ActorView Of(string actor, string requestId) => JsonSerializer.Deserialize<ActorView>(actor, ApiJson.Options)! with { RequestId = requestId };
}
