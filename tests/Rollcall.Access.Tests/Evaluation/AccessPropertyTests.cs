using System.Text.Json.Nodes;
using CsCheck;
using Rollcall.Access.Scim;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Evaluation;

/// <summary>Whatever is done to people, Users and lists: the store answers for now and for every moment before as the model does.</summary>
public sealed class AccessPropertyTests
{
    // Members come and go more often than anything else.
    private static readonly Gen<int> Kinds = Gen.Frequency((1, Gen.Int[0, 10]), (2, Gen.Int[11, 23]));

    private static readonly Gen<Change> Changes = Gen.Select(Kinds, Gen.Int[0, 31], Gen.Int[0, 31], Gen.Int[0, 31], Gen.Int[0, 1000], (kind, a, b, c, dice) => new Change(kind, a, b, c, dice));

    [Fact]
    public async Task Access_is_what_the_model_says_at_every_moment()
    {
        await using var app = await RollcallApp.StartAsync();
        await Gen.Select(Changes.List[40, 90], Gen.Int[0, 10_000].List[6]).SampleAsync(
            async (changes, dice) =>
            {
                var world = await AccessWorld.StartAsync(app);
                foreach (var change in changes)
                {
                    await world.ApplyAsync(change);
                    if (change.Dice % 10 == 0)
                        await CheckAllAsync(world, null);
                }
                await CheckAllAsync(world, null);
                foreach (var moment in dice.Select(die => world.Moments[die % world.Moments.Count] + (die % 3 * 100_000)))
                    await CheckAllAsync(world, Math.Min(moment, ScimTime.Of(app.Clock.GetUtcNow())));
            },
            iter: 8, threads: 1, print: _ => "see the message");
    }

    private static async Task CheckAllAsync(AccessWorld world, long? at)
    {
        foreach (var person in world.Persons)
            await CheckAsync(world, person, at);
        foreach (var list in world.ListNames)
            await CheckMembersAsync(world, list, at);
    }

    private static async Task CheckMembersAsync(AccessWorld world, string list, long? at)
    {
        var moment = at ?? ScimTime.Of(world.App.Clock.GetUtcNow());
        var model = world.At(moment);
        var expected = !model.Lists.ContainsKey(list) ? [] : world.Persons.SelectMany(person => model.Ways(person, moment)
            .Where(way => way.List == list && way.Way.StartsWith("member:", StringComparison.Ordinal))
            .Select(way => $"{person} {way.Way} {string.Join(' ', way.Reasons)}"));

        var found = new List<string>();
        var members = new HashSet<string>(StringComparer.Ordinal);
        for (var cursor = ""; cursor is not null;)
        {
            var path = $"/lists/{list}/effective-members?count=2{(at is null ? "" : $"&at={ScimTime.Format(moment)}")}{(cursor.Length == 0 ? "" : $"&cursor={cursor}")}";
            var answer = await world.App.AdminAsync("GET", path);
            if (answer.Status == 404)
            {
                Assert.False(model.Lists.ContainsKey(list));
                break;
            }
            foreach (var member in answer.Expect(200).Items)
            {
                var ways = member!["ways"]!.AsArray();
                Assert.True(members.Add($"{member["kind"]} {member["userId"]} {member["name"]}"), "a member on two pages");
                Assert.Equal(ways.Any(way => way!["reasons"] is null) ? "ELIGIBLE" : (string)ways[0]!["reasons"]![0]!["status"]!, (string)member["ineligibleStatus"]!);
                found.AddRange(ways.Select(way =>
                    $"{((string)member["name"]!).ToLowerInvariant()} member:{string.Join('/', way!["path"]!.AsArray().Select(name => (string)name!))} {string.Join(' ', way["reasons"]?.AsArray().Select(Reason) ?? [])}"));
            }
            cursor = (string?)answer.Body["nextCursor"];
        }
        Assert.Equal(Sorted(expected), Sorted(found));
    }

    private static async Task CheckAsync(AccessWorld world, string person, long? at)
    {
        var answer = await world.App.AdminAsync("GET", $"/people/{person}/access{(at is null ? "" : $"?at={ScimTime.Format(at.Value)}")}");
        if (answer.Status == 404)
        {
            Assert.Empty(world.Model.Ways(person, world.Moments[^1]));
            return;
        }
        answer.Expect(200);
        var moment = at ?? ScimTime.Of(world.App.Clock.GetUtcNow());
        var model = world.At(moment);
        var ways = model.Ways(person, moment).ToList();

        Assert.Equal(moment, Time(answer.Body["at"]));
        Assert.Equal(model.Given(person, moment), Things(answer.Body).Order(StringComparer.Ordinal));
        Assert.Equal(Sorted(ways.Where(way => way.Reasons.IsEmpty).Select(way => way.Way)), Sorted(answer.Body["grants"]!.AsArray().Select(Way)));
        Assert.Equal(
            Sorted(ways.Where(way => !way.Reasons.IsEmpty).Select(way => $"{way.Way} {string.Join(' ', way.Reasons)}")),
            Sorted(answer.Body["withoutEffect"]!.AsArray().Select(grant => $"{Way(grant)} {string.Join(' ', grant!["reasons"]!.AsArray().Select(Reason))}")));
        foreach (var grant in answer.Body["grants"]!.AsArray())
            CheckSince(world, person, grant!, moment);
    }

    /// <summary>A way has had effect all the time since it says so, and not just before.</summary>
    private static void CheckSince(AccessWorld world, string person, JsonNode grant, long moment)
    {
        var (way, since, given) = (Way(grant), Time(grant["since"]), Time(grant["givenSince"]));
        Assert.True(since <= given && given <= moment, way);
        foreach (var time in world.Moments.Where(time => time > since && time <= moment).Prepend(since))
            Assert.Contains(world.At(time).Ways(person, time), found => found.Way == way && found.Reasons.IsEmpty);
        Assert.DoesNotContain(world.At(since - 1).Ways(person, since - 1), found => found.Way == way && found.Reasons.IsEmpty);

        var things = Things(grant).Order(StringComparer.Ordinal).ToList();
        foreach (var time in world.Moments.Where(time => time > given && time <= moment).Prepend(given))
            Assert.Equal(things, Gives(world, way, time));
        Assert.True(given == since || !things.SequenceEqual(Gives(world, way, given - 1)), $"{way} gave the same before");
    }

    private static IEnumerable<string> Gives(AccessWorld world, string way, long time)
    {
        var list = world.At(time).Lists[way.Split('/', ':')[^1]];
        return way.StartsWith("member", StringComparison.Ordinal) ? list.Grants : list.OwnerGrants;
    }

    private static long Time(JsonNode? time) => ScimTime.Of((DateTimeOffset)time!);

    private static string Way(JsonNode? grant) => $"{grant!["as"]}:{string.Join('/', grant["path"]!.AsArray().Select(name => (string)name!))}";

    private static string Reason(JsonNode? reason) =>
        $"{reason!["status"]}{(reason["list"] is { } list ? $"@{list}" : "")}{(reason["missing"] is { } missing ? $":{string.Join(',', Things(missing).Order(StringComparer.Ordinal))}" : "")}";

    private static IEnumerable<string> Things(JsonNode holder) =>
        holder["roles"]!.AsArray().Select(role => (string)role!)
            .Concat(holder["traits"]!.AsObject().SelectMany(trait => trait.Value!.AsArray().Select(value => $"{trait.Key}={value}")));

    private static IEnumerable<string> Sorted(IEnumerable<string> texts) => texts.Order(StringComparer.Ordinal);
}
