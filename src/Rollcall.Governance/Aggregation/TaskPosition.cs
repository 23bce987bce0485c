using System.Text.Json;
using System.Text.Json.Serialization;
using Rollcall.Scim.Client;

namespace Rollcall.Governance.Aggregation;

/// <summary>What a run does, in this order.</summary>
public enum TaskPhase
{
    /// <summary>It reads the server's resources.</summary>
    Reading,
    /// <summary>It marks those as gone that it has not seen.</summary>
    Marking,
    /// <summary>It finds the identities of accounts that have none.</summary>
    Correlating,
}

/// <summary>Where a run goes on after an interruption. It is stored with each chunk, so it is never behind what was written.</summary>
public sealed record TaskPosition
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerOptions.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>What it was doing.</summary>
    public TaskPhase Phase { get; init; }

    /// <summary>The place in the server's list; null for its beginning.</summary>
    public ScimPosition? At { get; init; }

    /// <summary>The number of the page at <see cref="At"/>, counted over all walks of the run, from 1.</summary>
    public long Page { get; init; } = 1;

    /// <summary>The number of the first page of this walk: more than 1 where a cursor expired and the run started over.</summary>
    public long FirstPage { get; init; } = 1;

    /// <summary>When this walk began, in microseconds since 1970 in UTC: what is written by others after that is not gone.</summary>
    public long Began { get; init; }

    /// <summary>The id of the last resource of the page before, by which a walk by index sees on resuming that the list moved.</summary>
    public string? LastId { get; init; }

    /// <summary>How many different resources this walk has seen.</summary>
    public long Seen { get; init; }

    /// <summary>Whether the list moved under the walk, so that something may have been passed over.</summary>
    public bool HasShifted { get; init; }

    /// <summary>Whether any resource told its groups.</summary>
    public bool HasGroups { get; init; }

    /// <summary>In later phases: the last id in the database that is dealt with.</summary>
    public long After { get; init; }

    /// <summary>The position as the database keeps it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static TaskPosition Parse(string json) => JsonSerializer.Deserialize<TaskPosition>(json, Json)!;
}
