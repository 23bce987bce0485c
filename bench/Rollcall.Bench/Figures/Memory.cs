using System.Globalization;
using System.Text;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;
using Rollcall.Bench.Servers;

namespace Rollcall.Bench.Figures;

/// <summary>How much memory a server holds that has had much to do.</summary>
internal static class Memory
{
    private const int Clients = 32;
    private const int Users = 100_000;
    private const double MegabytesBar = 250;
    private const double Megabyte = 1024 * 1024;

    public static Figure Figure { get; } = new(
        "memory", "Resident memory after loading 100,000 users over SCIM and serving 100,000 requests: MB", "≤ 250", MeasureAsync);

    private static async Task<Outcome> MeasureAsync(BenchRun run)
    {
        await using var server = await RollcallServer.StartEmptyAsync(run.Options.Server, run.NewFolder());
        var atStart = server.Process.ResidentBytes / Megabyte;
        var ids = new List<string>();
        using (var load = Generator(server, number => server.Requests.Post("/Users", Dataset.UserBody(number)), connection =>
        {
            LoadGenerator.Expect(201)(connection);
            ids.Add(IdOf(connection.Body));
        }))
        {
            load.RunThrough();
        }
        var afterLoad = server.Process.ResidentBytes / Megabyte;
        using (var serve = Generator(server, number => server.Requests.Get($"/Users/{ids[number]}"), LoadGenerator.Expect(200)))
            serve.RunThrough();
        var afterServing = server.Process.ResidentBytes / Megabyte;
        return new Outcome(
            string.Create(CultureInfo.InvariantCulture, $"{afterServing:0} ({atStart:0} at the start, {afterLoad:0} after loading)"), afterServing <= MegabytesBar,
            new Dictionary<string, Series> { ["start"] = new([atStart]), ["afterLoading"] = new([afterLoad]), ["afterServing"] = new([afterServing]) });
    }

    private static LoadGenerator Generator(RollcallServer server, Func<int, ReadOnlyMemory<byte>> request, Action<RawConnection> check) =>
        new(server.Url, LoadGenerator.Clients(Clients, client => [.. Enumerable.Range(client * Users / Clients, Users / Clients).Select(request)])) { Check = check };

    private static string IdOf(ReadOnlySpan<byte> body)
    {
        var key = "\"id\":\""u8;
        var rest = body[(body.IndexOf(key) + key.Length)..];
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)'"')]);
    }
}
