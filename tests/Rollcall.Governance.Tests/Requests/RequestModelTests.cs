using System.Globalization;
using CsCheck;
using Rollcall.Governance.Provisioning;
using Rollcall.Governance.Requests;

namespace Rollcall.Governance.Tests.Requests;

/// <summary>Requests, decisions and what becomes of them, in any order, against a model that is a list and two sets.</summary>
public sealed class RequestModelTests
{
    private static readonly string[] People = ["ann", "bob"];
    private static readonly string[] Titles = ["Payroll", "Ledger"];

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
        public bool WasAssigned { get; set; }
    }

    [Fact]
    [Trait("req", "R-7")]
    public void AnyOrder_EndsAsInTheModel() => Gen.Select(Gen.Enum<Step>(), Gen.Int[0, 99]).Array[1, 25].Sample(steps => PlayAsync(steps).GetAwaiter().GetResult(), iter: 25, threads: 1);

    private static async Task PlayAsync((Step Step, int Number)[] steps)
    {
        await using var catalog = await SeededCatalog.StartAsync("""{"approval":"managerAndOwner"}""");
        await catalog.IdentityAsync("mia");
        await catalog.IdentityAsync("olga");
        foreach (var name in People)
            await catalog.IdentityAsync(name, "mia");
        var accounts = People.ToDictionary(name => name, name => catalog.Account(name));
        var entitlements = Titles.ToDictionary(title => title, title => catalog.Entitlement(title, owner: "olga"));
        var (items, held, assigned, gone) = (new List<Item>(), new HashSet<(string, string)>(), new HashSet<(string, string)>(), new HashSet<string>());
        // Whose decision the assignment of a pair is.
        var deciders = new Dictionary<(string, string), Item>();

        foreach (var (step, number) in steps)
        {
            var pair = (Who: People[number % 2], What: Titles[number / 2 % 2]);
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
                case Step.Vanish when number < 20:
                    gone.Add(pair.What);
                    catalog.Vanish(entitlements[pair.What]);
                    break;
            }
            await AssertSameAsync();
        }

        async Task AskAsync(bool isAdd, (string Who, string What) pair)
        {
            var answer = await catalog.AskAsync(pair.What, pair.Who, operation: isAdd ? "add" : "remove");
            if (isAdd && gone.Contains(pair.What))
                answer.Expect(400);
            else if (items.Exists(item => item.IsAdd == isAdd && item.Pair == pair && item.State is "pending" or "provisioning"))
                answer.Expect(409);
            else
            {
                var isSo = isAdd ? held.Contains(pair) && assigned.Contains(pair) : !held.Contains(pair) && !assigned.Contains(pair);
                items.Add(new Item { Request = (long)answer.Expect(201).Body["id"]!, IsAdd = isAdd, Pair = pair, State = isSo ? "completed" : "pending", Approvals = 2 });
            }
        }

        async Task DecideAsync(Item item, bool approve)
        {
            (await catalog.App.CallAsync("POST", $"/requests/{item.Request}/{(approve ? "approve" : "deny")}", """{"comment":"so be it"}""", item.Approvals == 2 ? "mia" : "olga")).Expect(200);
            if (!approve)
                item.State = "denied";
            else if (--item.Approvals == 0)
            {
                if (item.IsAdd && gone.Contains(item.Pair.What))
                {
                    item.State = "failed";
                    return;
                }
                item.WasAssigned = assigned.Contains(item.Pair);
                item.State = !item.IsAdd && gone.Contains(item.Pair.What) ? "completed" : "provisioning";
                _ = item.IsAdd ? assigned.Add(item.Pair) : assigned.Remove(item.Pair);
                deciders[item.Pair] = item;
            }
        }

        async Task CancelAsync(Item item)
        {
            await catalog.IdleAsync();
            var answer = await catalog.App.CallAsync("POST", $"/requests/{item.Request}/cancel");
            answer.Expect(item.State is "pending" or "provisioning" ? 200 : 409);
            // What was decided since stays.
            if (item.State == "provisioning" && deciders.GetValueOrDefault(item.Pair) == item)
                _ = item.WasAssigned ? assigned.Add(item.Pair) : assigned.Remove(item.Pair);
            if (answer.Status == 200)
                item.State = "cancelled";
        }

        async Task SettleAsync(Item item, bool success)
        {
            await catalog.IdleAsync();
            var (account, entitlement) = (accounts[item.Pair.Who], entitlements[item.Pair.What]);
            var id = catalog.Number("select id from request_items where request_id = $request", ("$request", item.Request));
            await catalog.App.Server.Database.WriteAsync(async session =>
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
            Assert.Equal(assigned.Select(pair => $"{pair.Item1} {pair.Item2}").Order(StringComparer.Ordinal), catalog.Assignments());
            Assert.Equal(items.Select(item => string.Create(CultureInfo.InvariantCulture, $"{item.Request} {item.State} {item.State}")), catalog.Texts(
                "select r.id || ' ' || r.state || ' ' || i.state from requests r join request_items i on i.request_id = r.id order by r.id"));
            // Whoever is still to decide decides on something that is open.
            Assert.Equal(items.Count(item => item.State == "pending"), (await catalog.ApprovalsAsync()).Count);
            Assert.Equal(items.Count(item => item is { State: "pending", Approvals: 2 }), (await catalog.ApprovalsAsync("waiting")).Count);
        }
    }
}
