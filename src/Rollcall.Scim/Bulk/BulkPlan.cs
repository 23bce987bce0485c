using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Bulk;

/// <summary>What is done at a time: one operation, or operations that refer to each other in a circle and stand or fall together.</summary>
/// <param name="Operations">The operations in the order of the request.</param>
/// <param name="IsCircle">Whether they refer to each other, or the only one to itself: then all are creations.</param>
public sealed record BulkStep(IReadOnlyList<BulkOperation> Operations, bool IsCircle)
{
    /// <summary>Whether Groups of the circle would contain each other: then it can't be resolved (RFC 7644 §3.7.1).</summary>
    public bool IsNestingCircle { get; init; }
}

/// <summary>
/// The order in which the operations of a bulk request are done (RFC 7644 §3.7): that of the request, except that what an
/// operation refers to is made before it. One that has to wait for something is passed by those after it, but not by
/// operations on the same resource, so that each resource ends as the client meant.
/// </summary>
public static class BulkPlan
{
    /// <summary>The steps, in order. Each operation is in one of them, the faulty ones too.</summary>
    public static IReadOnlyList<BulkStep> Of(BulkRequest request)
    {
        var operations = request.Operations;
        var makers = operations.Where(operation => operation is { IsCreation: true, BulkId: not null }).ToDictionary(operation => operation.BulkId!, operation => operation.Index, StringComparer.Ordinal);
        var needs = operations.Select(operation => operation.Fault is null ? operation.References.Select(name => makers[name]).ToList() : []).ToList();
        var circles = new Circles(needs);
        return Order(circles.Members, circles.Of, needs, EarlierOnSameResource(operations)).ConvertAll(circle => StepOf(circles.Members[circle], operations, needs));
    }

    private static BulkStep StepOf(IReadOnlyList<int> members, IReadOnlyList<BulkOperation> operations, List<List<int>> needs)
    {
        var isCircle = members.Count > 1 || needs[members[0]].Contains(members[0]);
        return new BulkStep([.. members.Select(index => operations[index])], isCircle) { IsNestingCircle = isCircle && HasCircleOfGroups(members, operations, needs) };
    }

    private static bool HasCircleOfGroups(IReadOnlyList<int> members, IReadOnlyList<BulkOperation> operations, List<List<int>> needs)
    {
        var groups = members.Where(index => operations[index].Path!.Type.Name == ResourceTypes.Group.Name).ToList();
        var places = groups.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        var within = groups.ConvertAll(index => needs[index].Where(places.ContainsKey).Select(need => places[need]).ToList());
        return within.Index().Any(pair => pair.Item.Contains(pair.Index)) || new Circles(within).Members.Count < groups.Count;
    }

    /// <summary>The operation before each one on the same resource; -1 for none.</summary>
    private static int[] EarlierOnSameResource(IReadOnlyList<BulkOperation> operations)
    {
        var last = new Dictionary<(string Type, string Id), int>();
        var earlier = new int[operations.Count];
        foreach (var operation in operations)
        {
            earlier[operation.Index] = -1;
            if (operation.Path is not { Id: { } id, Type.Name: var type })
                continue;
            earlier[operation.Index] = last.GetValueOrDefault((type, id), -1);
            last[(type, id)] = operation.Index;
        }
        return earlier;
    }

    private static List<int> Order(IReadOnlyList<IReadOnlyList<int>> members, int[] circleOf, List<List<int>> needs, int[] earlier)
    {
        var done = new bool[members.Count];
        var waiting = new LinkedList<int>(Enumerable.Range(0, members.Count).OrderBy(circle => members[circle][0]));
        var order = new List<int>(members.Count);
        while (waiting.First is not null)
        {
            // Usually the first. What is needed goes before the order on one resource: references may contradict it.
            var next = Find(waiting, circle => HasItsNeeds(circle) && FollowsTheEarlier(circle)) ?? Find(waiting, HasItsNeeds)!;
            waiting.Remove(next);
            done[next.Value] = true;
            order.Add(next.Value);
        }
        return order;

        bool HasItsNeeds(int circle) => members[circle].All(index => needs[index].TrueForAll(need => circleOf[need] == circle || done[circleOf[need]]));

        bool FollowsTheEarlier(int circle) => members[circle].All(index => earlier[index] < 0 || done[circleOf[earlier[index]]]);
    }

    private static LinkedListNode<int>? Find(LinkedList<int> waiting, Func<int, bool> isReady)
    {
        for (var node = waiting.First; node is not null; node = node.Next)
        {
            if (isReady(node.Value))
                return node;
        }
        return null;
    }
}
