using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Scim;

/// <summary>One server for all rows of the tables.</summary>
public sealed class RequestServer : IAsyncLifetime
{
    internal RollcallApp App { get; private set; } = null!;

    public async ValueTask InitializeAsync() => App = await RollcallApp.StartAsync();

    public ValueTask DisposeAsync() => App.DisposeAsync();
}

public sealed class RequestTests(RequestServer server) : IClassFixture<RequestServer>
{
    public static IEnumerable<ITheoryDataRow> Rows =>
        Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Data"), "scim-*.json").Order(StringComparer.Ordinal).SelectMany(file => Testing.Rows.Of<RequestRow>(Path.GetFileName(file)));

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Request_IsAnsweredAsTheTableSays(RequestRow row) => new RequestTable(server.App, row).RunAsync();
}
