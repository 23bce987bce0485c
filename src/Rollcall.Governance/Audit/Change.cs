using System.Text.Json;
using Rollcall.Data;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Audit;

/// <summary>Who makes a change, in which request: what every write is given for its audit row.</summary>
/// <param name="RequestId">The server-made id of the request, or of the piece of work in the background.</param>
/// <param name="Number">The number of the change within the request, from 1.</param>
/// <param name="Actor">Who asks for it.</param>
public sealed record Change(string RequestId, int Number, Actor Actor)
{
    /// <summary>What the write is recognised by afterwards.</summary>
    public WriteKey Key => new(RequestId, Number);

    /// <summary>A change that the side makes by itself: by a schedule, at the end of a term, after a crash.</summary>
    /// <param name="clock">The clock that the id's time is taken from.</param>
    public static Change OfTheSystem(TimeProvider clock) => new(Guid.CreateVersion7(clock.GetUtcNow()).ToString(), 1, Actor.System);

    /// <summary>The next change of the same request.</summary>
    public Change Next() => this with { Number = Number + 1 };
}

/// <summary>Who acts.</summary>
/// <param name="User">The administrator's name; <see cref="SystemName"/> for the side itself.</param>
/// <param name="Identity">The public id of the identity that the administrator acts for, or null.</param>
/// <param name="Address">Where the request came from, or null.</param>
public sealed record Actor(string User, string? Identity = null, string? Address = null)
{
    /// <summary>Who the admin token stands for.</summary>
    public const string Administrator = "administrator";

    /// <summary>The name under which the side itself acts.</summary>
    public const string SystemName = "rollcall";

    /// <summary>The side itself.</summary>
    public static Actor System { get; } = new(SystemName);

    /// <summary>The actor as the database keeps it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ApiJson.Options);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static Actor Parse(string json) => JsonSerializer.Deserialize<Actor>(json, ApiJson.Options)!;
}
