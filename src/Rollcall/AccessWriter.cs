using System.Text.Json;

namespace Rollcall;

/// <summary>Writes for people what a person may do: each role and trait with the ways that give it, then what has no effect and why.</summary>
internal sealed class AccessWriter(TextWriter output)
{
    /// <summary>Writes the API's answer.</summary>
    public void Write(JsonElement access)
    {
        WriteHead(access);
        var grants = Items(access, "grants").ToList();
        WriteGiven("Roles", Texts(access, "roles"), role => grants.Where(grant => Texts(grant, "roles").Contains(role)));
        WriteGiven("Traits", Traits(access), trait => grants.Where(grant => Traits(grant).Contains(trait)));
        WriteWays("On lists that give nothing", grants.Where(grant => !Given(grant).Any()), grant => Since(grant, "since"));
        WriteWays("Without effect", Items(access, "withoutEffect"), Gives);
        if (access.Text("truncated") is "true")
            output.WriteLine("\nThere are more ways to these lists than are shown; roles and traits are complete.");
    }

    private void WriteHead(JsonElement access)
    {
        List<(string, string)> lines = [("Person", Name(access, "userName")), ("At", Time(access, "at"))];
        if (access.Member("blocked") is { } block)
            lines.Add(("Blocked", $"since {Time(block, "since")}{By(block, "by")}: no list has any effect"));
        var users = Items(access, "users").Select(user => $"{user.Text("integration") ?? "local"}{(user.Text("active") is "false" ? " (inactive)" : "")}");
        lines.Add(("Users", Shell.Printable(string.Join(", ", users.DefaultIfEmpty("none")))));
        if (access.Member("own") is { } own && Given(own).Any())
            lines.Add(("Of their own", Listed(own)));
        DetailsWriter.Write(output, lines);
    }

    private void WriteGiven(string title, IEnumerable<string> things, Func<string, IEnumerable<JsonElement>> waysTo)
    {
        output.WriteLine($"\n{title}");
        var any = false;
        foreach (var thing in things)
        {
            any = true;
            output.WriteLine($"  {Shell.Printable(thing)}");
            foreach (var grant in waysTo(thing))
                WriteWay(grant, Since(grant, "givenSince"));
        }

        if (!any)
            output.WriteLine("  none");
    }

    private void WriteWays(string title, IEnumerable<JsonElement> grants, Func<JsonElement, string> note)
    {
        var any = false;
        foreach (var grant in grants)
        {
            if (!any)
                output.WriteLine($"\n{title}");
            any = true;
            WriteWay(grant, note(grant));
        }
    }

    /// <summary>One way: the list that it leads to, what keeps it from having effect, and each membership on it.</summary>
    private void WriteWay(JsonElement grant, string note)
    {
        output.WriteLine($"    {grant.Text("as")} of {Name(grant, "list")}, {note}");
        foreach (var reason in Items(grant, "reasons"))
            output.WriteLine($"      {Name(reason, "status")}: {Explained(reason)}");
        var before = "";
        foreach (var step in Items(grant, "steps"))
        {
            output.WriteLine($"      {Step(step, before)}");
            before = Name(step, "list");
        }
    }

    private static string Step(JsonElement step, string before)
    {
        var who = before.Length > 0 ? before : step.Text("integration") is { } integration ? $"user of {Shell.Printable(integration)}" : "person";
        var what = step.Text("as") is "owner" ? "owns" : "is on";
        var end = step.Member("expires") is null ? "" : $", until {Time(step, "expires")}";
        var why = step.Text("reason") is { Length: > 0 } reason ? $": {Shell.Printable(reason)}" : "";
        return $"{who} {what} {Name(step, "list")} since {Time(step, "joined")}{By(step, "addedBy")}{end}{why}";
    }

    private static string Explained(JsonElement reason) => reason.Text("status") switch
    {
        "BLOCKED" => $"an administrator blocked the person{(reason.Member("since") is null ? "" : $" on {Time(reason, "since")}")}",
        "USER_NOT_EXIST" => "there is no user of this name",
        "USER_INACTIVE" => "the user is not active",
        "EXPIRED" => $"the membership in {Name(reason, "list")} ended on {Time(reason, "since")}",
        "MISSING_REQUIREMENTS" => $"{Name(reason, "list")} requires {(reason.Member("missing") is { } missing ? Listed(missing) : "more")}, which the person does not have",
        _ => $"at {Name(reason, "list")}",
    };

    private static string Gives(JsonElement grant) => Given(grant).Any() ? $"would give {Listed(grant)}" : "gives nothing";

    private static string Since(JsonElement grant, string member) => $"since {Time(grant, member)}";

    private static string Listed(JsonElement holder) => Shell.Printable(string.Join(", ", Given(holder)));

    private static IEnumerable<string> Given(JsonElement holder) => Texts(holder, "roles").Concat(Traits(holder));

    private static IEnumerable<string> Traits(JsonElement holder) =>
        holder.Member("traits") is { ValueKind: JsonValueKind.Object } traits
            ? traits.EnumerateObject().SelectMany(trait => trait.Value.EnumerateArray().Select(value => $"{trait.Name}={value.GetString()}"))
            : [];

    private static IEnumerable<string> Texts(JsonElement holder, string name) => Items(holder, name).Select(item => item.GetString() ?? "");

    private static IEnumerable<JsonElement> Items(JsonElement holder, string name) =>
        holder.Member(name) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : [];

    private static string By(JsonElement holder, string name) => holder.Text(name) is { } who ? $", by {Shell.Printable(who)}" : "";

    private static string Name(JsonElement holder, string name) => Shell.Printable(holder.Text(name) ?? "-");

    private static string Time(JsonElement holder, string name) => Output.Cell(Output.Time(holder.Text(name)));
}
