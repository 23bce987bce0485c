using System.Globalization;
using CsCheck;
using Rollcall.Governance.Provisioning;
using Rollcall.Governance.Requests;

namespace Rollcall.Governance.Tests.Requests;

/// <summary>Requests, decisions and what becomes of them, in any order, against a model that is a list and two sets.</summary>
public sealed class RequestModelTests
{
    // Few, so that decisions meet.
    private static readonly string[] People = ["ann"];
    private static readonly string[] Titles = ["Payroll", "Ledger"];

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (4, Gen.Const(Step.Add)), (4, Gen.Const(Step.Remove)), (12, Gen.Const(Step.Approve)), (1, Gen.Const(Step.Deny)),
        (3, Gen.Const(Step.Cancel)), (1, Gen.Const(Step.Succeed)), (1, Gen.Const(Step.Fail)), (1, Gen.Const(Step.Vanish)));

    private enum Step
    {
        Add, Remove, Approve, Deny, Cancel, Succeed, Fail, Vanish,
    }

    private sealed class Item
    {
        public required long Request { get; init; }
        public required bool IsAdd { get; init; }
        public required (string Who, string What) Pair { get; init; }
        public string State { get; set; } = "pending";
        public int Approvals { get; set; }
        public long? WasAssignedBy { get; set; }
        public Item? DecidedBefore { get; set; }
    }

    [Fact]
    public void AnyOrder_EndsAsInTheModel() => Gen.Select(Steps, Gen.Int[0, 99]).Array[1, 40].Sample(steps => PlayAsync(steps).GetAwaiter().GetResult(), iter: 40, threads: 1);

    private static async Task PlayAsync((Step Step, int Number)[] steps)
    {
        await using var world = await PlanningWorld.StartAsync("""{"approval":"managerAndOwner"}""");
        await world.IdentityAsync("mia");
        await world.IdentityAsync("olga");
        foreach (var name in People)
            await world.IdentityAsync(name, "mia");
        var accounts = People.ToDictionary(name => name, name => world.Account(name));
        var entitlements = Titles.ToDictionary(title => title, title => world.Entitlement(title, owner: "olga"));
        var (items, held, assigned, gone) = (new List<Item>(), new HashSet<(string, string)>(), new Dictionary<(string, string), long>(), new HashSet<string>());
        var done = new List<string>();
        // Whose decision the assignment of a pair is.
        var deciders = new Dictionary<(string, string), Item?>();

        foreach (var (step, number) in steps)
        {
            var pair = (Who: People[0], What: Titles[number % 2]);
            var pending = items.FindAll(item => item.State == "pending");
            var sent = items.FindAll(item => item.State == "provisioning");
            switch (step)
            {
                case Step.Add or Step.Remove:
                    await AskAsync(step == Step.Add, pair);
                    break;
                case Step.Approve or Step.Deny when pending.Count > 0:
                    await DecideAsync(pending[number % pending.Count], step == Step.Approve);
                    break;
                case Step.Cancel when items.Count > 0:
                    await CancelAsync(items[number % items.Count]);
                    break;
                case Step.Succeed or Step.Fail when sent.Count > 0:
                    await SettleAsync(sent[number % sent.Count], step == Step.Succeed);
                    break;
                case Step.Vanish when number < 15:
                    gone.Add(pair.What);
                    world.Vanish(entitlements[pair.What]);
                    break;
            }
            done.Add($"{step} {pair.What}: {string.Join(", ", items.Select(item => $"#{item.Request} {(item.IsAdd ? "add" : "remove")} {item.Pair.What} {item.State}"))}");
            try
            {
                await AssertSameAsync();
            }
            catch (Xunit.Sdk.XunitException fault)
            {
                throw new InvalidOperationException($"{string.Join('\n', done)}\n{fault.Message}");
            }
        }

        void Assign((string, string) pair, long? by)
        {
            if (by is { } request)
                assigned[pair] = request;
            else
                assigned.Remove(pair);
        }

        async Task AskAsync(bool isAdd, (string Who, string What) pair)
        {
            var answer = await world.AskAsync(pair.What, pair.Who, operation: isAdd ? "add" : "remove");
            if (isAdd && gone.Contains(pair.What))
                answer.Expect(400);
            else if (items.Exists(item => item.IsAdd == isAdd && item.Pair == pair && item.State is "pending" or "provisioning"))
                answer.Expect(409);
            else
            {
                var isSo = isAdd ? held.Contains(pair) && assigned.ContainsKey(pair) : !held.Contains(pair) && !assigned.ContainsKey(pair);
                items.Add(new Item { Request = (long)answer.Expect(201).Body["id"]!, IsAdd = isAdd, Pair = pair, State = isSo ? "completed" : "pending", Approvals = 2 });
            }
        }

        async Task DecideAsync(Item item, bool approve)
        {
            (await world.App.CallAsync("POST", $"/requests/{item.Request}/{(approve ? "approve" : "deny")}", """{"comment":"so be it"}""", item.Approvals == 2 ? "mia" : "olga")).Expect(200);
            if (!approve)
                item.State = "denied";
            else if (--item.Approvals == 0)
            {
                if (item.IsAdd && gone.Contains(item.Pair.What))
                {
                    item.State = "failed";
                    return;
                }
                item.WasAssignedBy = assigned.TryGetValue(item.Pair, out var by) ? by : null;
                item.State = !item.IsAdd && gone.Contains(item.Pair.What) ? "completed" : "provisioning";
                Assign(item.Pair, item.IsAdd ? item.Request : null);
                (item.DecidedBefore, deciders[item.Pair]) = (deciders.GetValueOrDefault(item.Pair), item);
            }
        }

        async Task CancelAsync(Item item)
        {
            await world.IdleAsync();
            var answer = await world.App.CallAsync("POST", $"/requests/{item.Request}/cancel");
            answer.Expect(item.State is "pending" or "provisioning" ? 200 : 409);
            // What was decided since stays.
            if (item.State == "provisioning" && deciders.GetValueOrDefault(item.Pair) == item)
            {
                Assign(item.Pair, item.WasAssignedBy);
                deciders[item.Pair] = item.DecidedBefore;
            }
            if (answer.Status == 200)
                item.State = "cancelled";
        }

        async Task SettleAsync(Item item, bool success)
        {
            await world.IdleAsync();
            var (account, entitlement) = (accounts[item.Pair.Who], entitlements[item.Pair.What]);
            var id = world.Number("select id from request_items where request_id = $request", ("$request", item.Request));
            await world.App.Server.Database.WriteAsync(async session =>
            {
                await session.ExecuteAsync("update transactions set state = $2, finished = $3 where item_id = $1", id, success ? nameof(TransactionState.Done) : nameof(TransactionState.Failed), session.Now);
                if (success)
                    await session.ExecuteAsync(item.IsAdd
                        ? "insert into account_entitlements select application_id, id, $2 from accounts where id = $1 on conflict do nothing"
                        : "delete from account_entitlements where account_id = $1 and entitlement_id = $2", account, entitlement);
                await RequestProgress.SettleAsync(session, Seeds.NewChange(), [new SettledItem(id, success ? RequestStates.Completed : RequestStates.Failed, null)]);
                return true;
            });
            item.State = success ? "completed" : "failed";
            if (success)
                _ = item.IsAdd ? held.Add(item.Pair) : held.Remove(item.Pair);
        }

        async Task AssertSameAsync()
        {
            // Who has what, and by which request.
            Assert.Equal(assigned.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key.Item1} {pair.Key.Item2} {pair.Value}")).Order(StringComparer.Ordinal), world.Texts(
                """
                select p.public_id || ' ' || e.title || ' ' || i.request_id from assignments s join identities p on p.id = s.identity_id
                join entitlements e on e.id = s.entitlement_id join request_items i on i.id = s.item_id order by 1
                """));
            Assert.Equal(items.Select(item => string.Create(CultureInfo.InvariantCulture, $"{item.Request} {item.State} {item.State}")), world.Texts(
                "select r.id || ' ' || r.state || ' ' || i.state from requests r join request_items i on i.request_id = r.id order by r.id"));
            // Whoever is still to decide decides on something that is open.
            Assert.Equal(items.Count(item => item.State == "pending"), (await world.ApprovalsAsync()).Count);
            Assert.Equal(items.Count(item => item is { State: "pending", Approvals: 2 }), (await world.ApprovalsAsync("waiting")).Count);
        }
    }
}
