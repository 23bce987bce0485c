using Microsoft.Extensions.Logging;
using Rollcall.Access.Audit;
using Rollcall.Access.Lists;
using Rollcall.Scim;
using Rollcall.Scim.Bulk;
using Rollcall.Scim.Schemas;
using Rollcall.Web;
using Rollcall.Web.Faults;
using Rollcall.Web.Hosting;

namespace Rollcall.Access.Scim;

/// <summary>
/// Does the operations of a bulk request, each as its endpoint would, in a transaction of its own. They run in the order
/// of <see cref="BulkPlan"/>; but where the database keeps the order of writes, one is handed over before the last is on
/// disk, so that they share commits as the requests of many clients do. What is told of each is what became of it.
/// </summary>
internal sealed partial class BulkRun(ScimRequest request, BulkRequest bulk, ILogger<BulkRun> logger)
{
    // So many are on their way at most. More gains nothing, and other clients' writes wait behind them.
    private const int MostOnTheWay = 128;

    private readonly BulkResult?[] _results = new BulkResult?[bulk.Operations.Count];
    private readonly Queue<(BulkOperation Operation, Task<WriteResult> Write)> _onTheWay = [];
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private int _errors;

    /// <summary>The results of the operations that were tried, in the order of the request.</summary>
    public IEnumerable<BulkResult> Results => _results.OfType<BulkResult>();

    /// <summary>Whether any operation changed anything.</summary>
    public bool HasChanged { get; private set; }

    // How many errors may still come before nothing more is begun. Never more operations are on their way than that, so
    // that none has been begun which the client did not want any more.
    private int ErrorsLeft => (bulk.FailOnErrors ?? int.MaxValue) - _errors;

    private int Room => Math.Min(ErrorsLeft, request.Database.KeepsOrderOfWrites ? MostOnTheWay : 1);

    /// <summary>Does all operations, or as many as <c>failOnErrors</c> lets it.</summary>
    public async Task RunAsync()
    {
        foreach (var step in BulkPlan.Of(bulk))
        {
            while (_onTheWay.Count > 0 && _onTheWay.Count >= Room)
                await EndFirstAsync();
            if (ErrorsLeft == 0)
                break;
            await (step.IsCircle ? RunCircleAsync(step) : BeginAsync(step.Operations[0]));
        }
        await EndAllAsync();
    }

    private async Task BeginAsync(BulkOperation operation)
    {
        try
        {
            await request.AuthenticateAgainAsync();
            var write = await ReadAsync(operation);
            // Reading it may have waited for those before, and they may have been the last errors.
            if (ErrorsLeft == 0)
                return;
            var change = ChangeOf(operation);
            _onTheWay.Enqueue((operation, request.Database.WriteAsync(session => write.RunAsync(session, change, shown: null), change.Key)));
        }
        catch (Exception exception)
        {
            Fail(operation, exception);
        }
    }

    private async Task RunCircleAsync(BulkStep step)
    {
        await EndAllAsync();
        if (ErrorsLeft == 0)
            return;
        try
        {
            await request.AuthenticateAgainAsync();
            var circle = new BulkCircle(request.Integration, step, ChangeOf, IdOf);
            var results = await request.Database.WriteAsync(circle.RunAsync, ChangeOf(step.Operations[0]).Key);
            foreach (var (operation, result) in step.Operations.Zip(results))
                Succeed(operation, result);
        }
        catch (Exception exception)
        {
            foreach (var operation in step.Operations)
                Fail(operation, exception is BulkCircle.BrokenException broken ? broken.FaultOf(operation) : exception);
        }
    }

    /// <summary>Reads an operation as its endpoint reads the request.</summary>
    private async Task<ResourceWrite> ReadAsync(BulkOperation operation)
    {
        if (operation.Fault is { } fault)
            throw fault;
        if (operation.References.Count > 0)
            await EndAllAsync();
        var (integration, type) = (request.Integration, operation.Path!.Type);
        var id = operation.ResolveId(IdOf) ?? "";
        var data = operation.ResolveData(IdOf)!;
        var isUser = type.Name == ResourceTypes.User.Name;
        // By itself it would not be let in.
        if (isUser && data is not null && request.Http.Request.ContentLength is not <= BodyLimit.Default && ScimJson.ToUtf8(data).Length > BodyLimit.Default)
            throw new ScimException(413, null, $"The data is larger than the {BodyLimit.Default} bytes that one User may have.");
        try
        {
            return (operation.Method, isUser) switch
            {
                ("POST", true) => UserWrites.Create(integration, data!),
                ("PUT", true) => UserWrites.Replace(integration, id, data!, operation.Version),
                ("PATCH", true) => UserWrites.Patch(integration, id, data!, operation.Version),
                (_, true) => UserWrites.Delete(integration, id, operation.Version),
                ("POST", _) => GroupWrites.Create(integration, data!),
                ("PUT", _) => GroupWrites.Replace(integration, id, data!, operation.Version, await SeenAsync(id)),
                ("PATCH", _) => GroupWrites.Patch(integration, request.BaseUrl, id, data!, operation.Version),
                _ => GroupWrites.Delete(integration, id, operation.Version),
            };
        }
        catch (ScimException) when (!operation.IsCreation)
        {
            await EndAllAsync();
            if (!await request.Database.ReadAsync(session => FoundResource.ExistsAsync(session, integration.Id, type, id)))
                throw ScimFaults.NoSuchResource();
            throw;
        }
    }

    /// <summary>The version of a Group as a PUT by itself would find it: after the operations before.</summary>
    private async Task<ScimVersion> SeenAsync(string id)
    {
        await EndAllAsync();
        var group = await request.Database.ReadAsync(session => GroupRow.FindAsync(session, request.Integration.Id, id)) ?? throw ScimFaults.NoSuchResource();
        return group.Version;
    }

    private async Task EndAllAsync()
    {
        while (_onTheWay.Count > 0)
            await EndFirstAsync();
    }

    private async Task EndFirstAsync()
    {
        var (operation, write) = _onTheWay.Dequeue();
        try
        {
            Succeed(operation, await write);
        }
        catch (Exception exception)
        {
            Fail(operation, exception);
        }
    }

    private void Succeed(BulkOperation operation, WriteResult result)
    {
        HasChanged |= result.Changed;
        if (operation is { IsCreation: true, BulkId: { } bulkId })
            _ids[bulkId] = result.ScimId;
        _results[operation.Index] = new BulkResult
        {
            Method = operation.Method,
            BulkId = operation.BulkId,
            Location = $"{request.BaseUrl}{operation.Path!.Type.Endpoint}/{result.ScimId}",
            Version = result.Version,
            Status = result.Status,
        };
    }

    private void Fail(BulkOperation operation, Exception exception)
    {
        _errors++;
        var fault = ScimFaults.Of(exception);
        if (fault is null)
        {
            Log.Unexpected(logger, RequestId.Of(request.Http), operation.Index, operation.Method, exception);
            var unexpected = Fault.Unexpected(exception);
            fault = new ScimException(unexpected.Status, null, unexpected.Detail);
        }
        ScimFaults.Count(request.Http, fault.Status);
        _results[operation.Index] = new BulkResult
        {
            Method = operation.Method,
            BulkId = operation.BulkId,
            Location = operation.IsCreation || operation.GivenPath is null ? null : request.BaseUrl + PathOf(operation),
            Version = fault.CurrentVersion,
            Status = fault.Status,
            Fault = fault,
        };
    }

    /// <summary>The id of what a <c>bulkId</c> stands for, as far as it has been made.</summary>
    private string IdOf(string bulkId)
    {
        if (_ids.TryGetValue(bulkId, out var id))
            return id;
        // What the database could not do now, the client may send again; and with it what depends on that.
        var isPassing = Array.Exists(_results, result => result?.BulkId == bulkId && result.Status == 503);
        throw new ScimException(isPassing ? 503 : 409, null, $"bulkId:{bulkId.Truncate()} was not made, see its result; so this was not done.");
    }

    /// <summary>Who makes the change: each operation has an audit row of its own, and one that makes a Group may have two.</summary>
    private ChangeContext ChangeOf(BulkOperation operation) => request.Change with
    {
        Number = (2 * operation.Index) + 1,
        Method = operation.Method,
        Path = $"/scim/{request.Integration.Name}/v2{PathOf(operation)}",
    };

    private string PathOf(BulkOperation operation) =>
        operation.Path?.Id is { } id && operation.References.Count > 0 && operation.ResolveId(name => _ids.GetValueOrDefault(name, id)) is { } known
            ? $"{operation.Path.Type.Endpoint}/{known}" : operation.GivenPath!;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Operation {Index} ({Method}) of the bulk request {RequestId} failed unexpectedly")]
        public static partial void Unexpected(ILogger logger, string requestId, int index, string method, Exception exception);
    }
}
