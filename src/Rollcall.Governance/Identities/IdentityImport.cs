using System.Text.Json.Nodes;
using Rollcall.Data;
using Rollcall.Governance.Applications;
using Rollcall.Governance.Audit;
using Rollcall.Governance.Provisioning;
using Rollcall.Scim;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Identities;

/// <summary>A row that was left out.</summary>
/// <param name="Line">Its line in the file, from 1; of JSON, the element's number.</param>
/// <param name="Reason">Why.</param>
public sealed record ImportProblem(long Line, string Reason);

/// <summary>What came of an import.</summary>
/// <param name="DryRun">Whether nothing was written: then the numbers are what would be done.</param>
/// <param name="Read">Rows read.</param>
/// <param name="Created">Identities made.</param>
/// <param name="Updated">Identities changed.</param>
/// <param name="Unchanged">Identities that are so already.</param>
/// <param name="Left">Rows left out, because something is wrong with them.</param>
/// <param name="Problems">What is wrong with them: the first 1,000.</param>
public sealed record ImportResult(bool DryRun, long Read, long Created, long Updated, long Unchanged, long Left, IReadOnlyList<ImportProblem> Problems);

/// <summary>
/// Makes and changes identities by the rows of a file. Good rows go in, a few hundred to a transaction so that nobody waits
/// long; bad ones are told. Who is not in the file stays as they are.
/// </summary>
internal sealed class IdentityImport(Database database, Provisioner provisioner)
{
    /// <summary>Rows that are worked on at once.</summary>
    public const int ChunkSize = 500;

    /// <summary>Problems that are told.</summary>
    public const int MostProblems = 1000;

    // A leaver or somebody who comes back takes many rows more than others.
    private const int MovesOfWrite = 10;
    private const int ChangesOfWrite = 250;

    /// <summary>Imports all rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="by">Who imports; the changes take its numbers.</param>
    /// <param name="dryRun">Whether nothing is to be written.</param>
    /// <param name="cancellationToken">Ends it after the transaction that runs: what was written stays.</param>
    public async Task<ImportResult> RunAsync(IAsyncEnumerable<IdentityRow> rows, Change by, bool dryRun, CancellationToken cancellationToken)
    {
        var run = new Run(database, provisioner, by, dryRun);
        var chunk = new List<IdentityRow>(ChunkSize);
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            if (!run.Accepts(row))
                continue;
            chunk.Add(row);
            if (chunk.Count < ChunkSize)
                continue;
            await run.WriteAsync(chunk);
            chunk.Clear();
        }
        await run.WriteAsync(chunk);
        return run.Result;
    }

    private readonly record struct Planned(long Line, IdentityChange Change);

    /// <summary>One import on its way.</summary>
    private sealed class Run(Database database, Provisioner provisioner, Change by, bool dryRun)
    {
        private readonly ManagerLine _managers = new();
        private readonly List<ImportProblem> _problems = [];
        // What the file has said so far: each id and address once, and the addresses that it has freed.
        private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
        private readonly Dictionary<string, string> _emails = new(StringComparer.Ordinal);
        private readonly HashSet<string> _freed = new(StringComparer.Ordinal);
        private Change _next = by;
        private long _read, _created, _updated, _unchanged, _left;

        public ImportResult Result => new(dryRun, _read, _created, _updated, _unchanged, _left, _problems);

        /// <summary>Whether a row can be worked on; if not, it is told why.</summary>
        public bool Accepts(IdentityRow row)
        {
            _read++;
            try
            {
                if (row.Problem is { } problem)
                    Refuse(row, problem);
                else if (!_ids.Add(IdentityRules.Id("id", row.Id)))
                    Refuse(row, $"The id '{row.Id!.Truncate(50)}' stands in the file twice. The first row counts.");
                else
                    return true;
            }
            catch (ApiException fault)
            {
                Refuse(row, fault.Message);
            }
            return false;
        }

        /// <summary>Works a chunk out and writes it.</summary>
        public async Task WriteAsync(IReadOnlyList<IdentityRow> chunk)
        {
            if (chunk.Count == 0)
                return;
            var changes = await PrepareAsync(chunk);
            if (dryRun)
            {
                foreach (var planned in changes)
                    Count(planned.Change);
                return;
            }
            foreach (var batch in Batches(changes))
                await WriteAsync(batch);
        }

        private async Task<List<Planned>> PrepareAsync(IReadOnlyList<IdentityRow> chunk)
        {
            // 1. What there is of those in the chunk: by id, by address, and above them.
            var (known, owners, applications) = await database.ReadAsync(async session =>
            {
                var byId = (await IdentityStore.FindAllAsync(session, chunk.Select(row => row.Id!))).ToDictionary(identity => identity.PublicId, StringComparer.Ordinal);
                var byEmail = (await IdentityStore.FindByEmailAsync(session, chunk.Select(EmailKey).OfType<string>()))
                    .ToDictionary(identity => ScimText.Fold(identity.Email), identity => identity.PublicId, StringComparer.Ordinal);
                await _managers.ReadAsync(session, chunk.Select(ManagerOf).OfType<string>());
                return (byId, byEmail, await IdentityWriter.WithUpdatePolicyAsync(session));
            });

            // 2. What each row makes of it, in their order.
            var changes = new List<Planned>(chunk.Count);
            foreach (var row in chunk)
            {
                try
                {
                    changes.Add(new Planned(row.Line, await PrepareAsync(row, known.GetValueOrDefault(row.Id!), owners, applications)));
                }
                catch (ApiException fault)
                {
                    Refuse(row, fault.Message);
                }
            }
            return changes;
        }

        private async ValueTask<IdentityChange> PrepareAsync(
            IdentityRow row, Identity? before, Dictionary<string, string> owners, IReadOnlyList<Application> applications)
        {
            var id = row.Id!;
            var after = IdentityRules.Merge(id, before is null ? null : IdentityDefinition.Of(before), row.Change);
            var key = ScimText.Fold(after.Email);
            if (_emails.TryGetValue(key, out var other) && other != id)
                throw ApiException.Invalid("email", $"The e-mail address is that of '{other.Truncate(50)}', in the same file. The first row counts.");
            if (!_emails.ContainsKey(key) && !_freed.Contains(key) && owners.TryGetValue(key, out var owner) && owner != id)
                throw ApiException.Invalid("email", $"The e-mail address is that of '{owner.Truncate(50)}' already.");
            if (after.Manager is { } manager && manager != before?.ManagerPublicId && _managers.ClosesCircle(id, manager))
                throw ApiException.Invalid("manager", $"'{manager.Truncate(50)}' can't be the manager: the line of managers would lead back to '{id.Truncate(50)}'.");

            _emails[key] = id;
            if (before is not null && ScimText.Fold(before.Email) is var old && old != key)
                _freed.Add(old);
            _managers.Note(id, after.Manager);
            return await IdentityWriter.PrepareAsync(id, before, after, applications);
        }

        private async Task WriteAsync(IReadOnlyList<Planned> batch)
        {
            var first = _next;
            try
            {
                _next = await database.WriteAsync(async session =>
                {
                    var changes = new ChangeSeries(first);
                    foreach (var planned in batch)
                        await IdentityWriter.ApplyAsync(session, changes, planned.Change);
                    return changes.Last.Next();
                }, first.Key);
                foreach (var planned in batch)
                    Count(planned.Change);
                provisioner.Wake();
            }
            catch (Exception fault) when (fault is StaleIdentityException or UniqueViolationException && batch.Count > 1)
            {
                // Somebody else writes identities at the same time: one by one, so that only those concerned are left out.
                foreach (var planned in batch)
                    await WriteAsync([planned]);
            }
            catch (Exception fault) when (fault is StaleIdentityException or UniqueViolationException)
            {
                Refuse(batch[0].Line, $"'{batch[0].Change.PublicId.Truncate(50)}' or its e-mail address was changed by somebody else at the same time. Import it again.");
            }
        }

        private void Count(IdentityChange change) => (change.Before is null ? ref _created : ref change.IsNothing ? ref _unchanged : ref _updated)++;

        private void Refuse(IdentityRow row, string reason) => Refuse(row.Line, reason);

        private void Refuse(long line, string reason)
        {
            _left++;
            if (_problems.Count < MostProblems)
                _problems.Add(new ImportProblem(line, reason));
        }

        private IEnumerable<IReadOnlyList<Planned>> Batches(IReadOnlyList<Planned> changes)
        {
            var batch = new List<Planned>();
            var moves = 0;
            foreach (var planned in changes)
            {
                if (planned.Change.IsNothing)
                {
                    Count(planned.Change);
                    continue;
                }
                batch.Add(planned);
                moves += planned.Change.IsMove ? 1 : 0;
                if (batch.Count < ChangesOfWrite && moves < MovesOfWrite)
                    continue;
                yield return batch;
                (batch, moves) = ([], 0);
            }
            if (batch.Count > 0)
                yield return batch;
        }

        private static string? EmailKey(IdentityRow row) => Text(row, "email") is { } email ? ScimText.Fold(email) : null;

        private static string? ManagerOf(IdentityRow row) => Text(row, "manager");

        private static string? Text(IdentityRow row, string member) => row.Change[member] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
    }
}
