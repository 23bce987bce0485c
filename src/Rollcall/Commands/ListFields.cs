using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Commands;

/// <summary>The fields of an access list as options of <c>lists create</c> and <c>lists update</c>.</summary>
internal sealed class ListFields
{
    /// <summary>The API's <c>dayOfMonth</c> for the last day of a month.</summary>
    private const int LastDay = 31;

    private readonly Option<string> _description = OptionOf.Text("--description", "TEXT", "What the list is for.");
    private readonly Option<string[]> _owners = OptionOf.Texts("--owner", "PERSON", "A person who owns the list, by user name.");
    private readonly Option<string[]> _ownerLists = OptionOf.Texts("--owner-list", "LIST", "A list whose members own this one.");
    private readonly Option<string> _frequency = OptionOf.Choice("--audit-frequency", "Months between reviews. Default: 6.", "1", "3", "6", "12");
    private readonly Option<string> _day = OptionOf.Choice("--audit-day", "The day of the month on which a review is due. Default: 1.", "1", "15", "last");
    private readonly Option<DateTimeOffset?> _nextAudit = OptionOf.Time("--next-audit", "When the next review is due. Default: worked out from frequency and day.");
    private readonly IReadOnlyList<Rights> _rights =
    [
        new("grants",
            OptionOf.Texts("--grant-role", "ROLE", "A role that members get."),
            OptionOf.Traits("--grant-trait", "A trait that members get.")),
        new("ownerGrants",
            OptionOf.Texts("--owner-grant-role", "ROLE", "A role that owners get."),
            OptionOf.Traits("--owner-grant-trait", "A trait that owners get.")),
        new("membershipRequires",
            OptionOf.Texts("--require-role", "ROLE", "A role that a member must have for the list to count."),
            OptionOf.Traits("--require-trait", "A trait that a member must have for the list to count.")),
        new("ownershipRequires",
            OptionOf.Texts("--owner-require-role", "ROLE", "A role that an owner must have for ownership to count."),
            OptionOf.Traits("--owner-require-trait", "A trait that an owner must have for ownership to count.")),
    ];

    /// <summary>What the list is called by people.</summary>
    public Option<string> Title { get; } = OptionOf.Text("--title", "TITLE", "What people and platforms see; the displayName of its SCIM Group.");

    /// <summary>Title, description and owners, in the order of the help.</summary>
    public IReadOnlyList<Option> Basics => [Title, _description, _owners, _ownerLists];

    /// <summary>What the list gives and asks for.</summary>
    public IReadOnlyList<Option> RightsOptions => [.. _rights.SelectMany(right => new Option[] { right.Roles, right.Traits })];

    /// <summary>When the list is to be reviewed.</summary>
    public IReadOnlyList<Option> Audit => [_frequency, _day, _nextAudit];

    /// <summary>Whether any field is given.</summary>
    public bool AnyGiven(SymbolResult command) => Basics.Concat(RightsOptions).Concat(Audit).Any(option => Server.IsGiven(command, option));

    /// <summary>Whether an owner is given.</summary>
    public bool OwnerGiven(SymbolResult command) => Server.IsGiven(command, _owners) || Server.IsGiven(command, _ownerLists);

    /// <summary>
    /// Whether a member of the API's document is given in part, so that the rest of it has to be taken from the list
    /// as it is: the API replaces whole members.
    /// </summary>
    public bool NeedsCurrent(SymbolResult command) => RightsOptions.Concat(Audit).Any(option => Server.IsGiven(command, option));

    /// <summary>Adds the fields that are given to a body.</summary>
    /// <param name="body">What is sent.</param>
    /// <param name="call">The command line.</param>
    /// <param name="current">The list as it is; undefined for a new one.</param>
    public void AddTo(JsonObject body, Call call, JsonElement current)
    {
        if (call.Get(Title) is { } title)
            body["title"] = title;
        if (call.Get(_description) is { } description)
            body["description"] = description;
        if (OwnerGiven(call.Parsed.CommandResult))
            body["owners"] = new JsonArray([.. Owners(call.Get(_owners), "person"), .. Owners(call.Get(_ownerLists), "list")]);
        foreach (var right in _rights)
            right.AddTo(body, call, current);
        AddAudit(body, call, current);
    }

    private static IEnumerable<JsonNode> Owners(string[]? names, string kind) =>
        (names ?? []).Where(name => name.Length > 0).Select(name => new JsonObject { ["kind"] = kind, ["name"] = name });

    private void AddAudit(JsonObject body, Call call, JsonElement current)
    {
        if (!Audit.Any(option => Server.IsGiven(call.Parsed.CommandResult, option)))
            return;
        var audit = current.Member("audit") is { } kept ? JsonObject.Create(kept)! : [];
        if (call.Get(_frequency) is { } frequency)
            audit["frequency"] = int.Parse(frequency, CultureInfo.InvariantCulture);
        if (call.Get(_day) is { } day)
            audit["dayOfMonth"] = day is "last" ? LastDay : int.Parse(day, CultureInfo.InvariantCulture);
        // The date in force follows from the old recurrence: without it the server works out a new one.
        audit.Remove("nextAuditDate");
        if (call.Get(_nextAudit) is { } next)
            audit["nextAuditDate"] = Time(next);
        body["audit"] = audit;
    }

    /// <summary>A time as the API has it.</summary>
    public static string Time(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>Traits given as <c>key=value</c>, as the API has them: the values of each key.</summary>
    public static JsonObject ReadTraits(string[]? given)
    {
        var traits = new JsonObject();
        foreach (var trait in (given ?? []).Where(trait => trait.Length > 0))
        {
            var (key, value) = trait.Split('=', 2) is [var before, var after] ? (before, after) : (trait, "");
            if (traits[key] is JsonArray values)
                values.Add(value);
            else
                traits[key] = new JsonArray(value);
        }

        return traits;
    }

    /// <summary>Roles as the API has them. An empty one stands for "none", which is how an update clears them.</summary>
    public static JsonArray ReadRoles(string[]? given) => [.. (given ?? []).Where(role => role.Length > 0).Select(role => JsonValue.Create(role))];

    /// <summary>Roles and traits that one member of the document holds.</summary>
    private sealed record Rights(string Key, Option<string[]> Roles, Option<string[]> Traits)
    {
        public void AddTo(JsonObject body, Call call, JsonElement current)
        {
            var command = call.Parsed.CommandResult;
            var (roles, traits) = (Server.IsGiven(command, Roles), Server.IsGiven(command, Traits));
            if (!roles && !traits)
                return;
            var right = current.Member(Key) is { } kept ? JsonObject.Create(kept)! : new JsonObject { ["roles"] = new JsonArray(), ["traits"] = new JsonObject() };
            if (roles)
                right["roles"] = ReadRoles(call.Get(Roles));
            if (traits)
                right["traits"] = ReadTraits(call.Get(Traits));
            body[Key] = right;
        }
    }
}
