using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Rollcall.EndToEnd.Tests.Support;

namespace Rollcall.EndToEnd.Tests;

/// <summary>A backup that is made in a storm of writes restores all that was acknowledged before; what can't be restored changes nothing.</summary>
public sealed class BackupTests
{
    private const int Writers = 8;

    [Fact]
    public async Task BackupInAStorm_RestoredInAnEmptyFolder_HasAllThatWasAcknowledged()
    {
        using var folder = new TempFolder();
        await using var server = await RollcallServer.StartAsync(folder["first"].Made());
        var made = await server.Command.JsonAsync("integrations", "create", "acme", "--static-token");
        var platform = new ScimAccess("acme", made.GetProperty("scimBaseUrl").GetString()!, made.GetProperty("token").GetString()!);
        var accessToken = await AccessTokenAsync(made);
        var (list, _) = await server.AddListAsync(platform, "payroll");

        // 1. Writers create Users and put them on the list; half way through, a backup is made.
        var acknowledged = new ConcurrentQueue<string>();
        using var stop = new CancellationTokenSource();
        var storm = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(platform, list, writer, acknowledged, stop.Token))));
        await UntilAsync(() => acknowledged.Count >= 100);
        var before = acknowledged.ToArray();
        var backup = await server.Command.RunAsync("backup", folder["backup.db"]);
        Assert.True(backup.Exit == 0, backup.Error);
        await UntilAsync(() => acknowledged.Count >= before.Length + 100);
        await stop.CancelAsync();
        await storm;
        server.Terminate();
        Assert.Equal(0, await server.ExitCodeAsync());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["backup.db"]));
        Assert.False(File.Exists(folder["backup.db-wal"]));

        // 2. It is restored where there was nothing, with the master key alone.
        var data = folder["second/data"].Made();
        File.SetUnixFileMode(data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Copy(Path.Combine(server.Data, "master-key"), Path.Combine(data, "master-key"));
        server.Command.Environment["ROLLCALL_DATA"] = data;
        var restored = await server.Command.RunAsync("restore", folder["backup.db"]);
        Assert.True(restored.Exit == 0, restored.Error);
        await server.StartAgainAsync();

        // 3. All of it is there, nothing contradicts itself, and both tokens work.
        await server.CheckStoreAsync();
        using var http = platform.Connect();
        var members = JsonElement.Parse(await http.GetStringAsync(new Uri($"Groups/{list}?attributes=members.value", UriKind.Relative), TestContext.Current.CancellationToken))
            .GetProperty("members").EnumerateArray().Select(member => member.GetProperty("value").GetString()!).ToHashSet();
        Assert.Empty(before.Except(members));
        using var byOAuth = (platform with { Token = accessToken }).Connect();
        using var user = await byOAuth.GetAsync(new Uri($"Users/{before[0]}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, user.StatusCode);
    }

    [Fact]
    public async Task Restore_WithForce_KeepsWhatWasThere()
    {
        using var folder = new TempFolder();
        await using var server = await RollcallServer.StartAsync(folder.Path);
        await server.Command.JsonAsync("users", "create", "early");
        Assert.Equal(0, (await server.Command.RunAsync("backup", "backup.db")).Exit);
        await server.Command.JsonAsync("users", "create", "late");
        await server.KillAsync(); // The last of it stands in the log only.

        var restored = await server.Command.JsonAsync("restore", "backup.db", "--force");
        await server.StartAgainAsync();
        Assert.Equal(["early"], await NamesAsync(server));

        // What was put aside is whole: it can be put back.
        server.Terminate();
        await server.ExitCodeAsync();
        Assert.Equal(0, (await server.Command.RunAsync("restore", restored.GetProperty("keptAside").GetString()!, "--force")).Exit);
        await server.StartAgainAsync();
        Assert.Equal(["early", "late"], await NamesAsync(server));
    }

    [Fact]
    public async Task WhatCantBeRestored_IsRefused_AndChangesNothing()
    {
        using var folder = new TempFolder();
        await using var server = await RollcallServer.StartAsync(folder.Path);
        var rollcall = server.Command;
        await rollcall.JsonAsync("users", "create", "ann");
        Assert.Equal(0, (await rollcall.RunAsync("backup", "good.db")).Exit);
        await RefusedAsync("already", "backup", "good.db");
        await RefusedAsync("can't be copied", "backup", "missing/folder.db");
        await RefusedAsync($"in use by process {server.ProcessId}", "restore", "good.db", "--force");
        server.Terminate();
        await server.ExitCodeAsync();
        var before = await File.ReadAllBytesAsync(server.DatabaseFile, TestContext.Current.CancellationToken);

        await RefusedAsync("--force", "restore", "good.db");
        await RefusedAsync("There is no file", "restore", "missing.db", "--force");
        await File.WriteAllTextAsync(folder["text.db"], new string('x', 10_000), TestContext.Current.CancellationToken);
        await RefusedAsync("check that it is a backup", "restore", "text.db", "--force");
        await ChangedAsync("empty.db", "drop table integrations");
        await RefusedAsync("no database of Rollcall", "restore", "empty.db", "--force");
        await ChangedAsync("newer.db", "update schema_version set number = 999, minimum = 999");
        await RefusedAsync("newer release", "restore", "newer.db", "--force");
        await ChangedAsync("damaged.db", "pragma writable_schema = on; update sqlite_master set sql = 'create index users_external_id on users (integration_id, document)' where name = 'users_external_id'");
        await RefusedAsync("is damaged", "restore", "damaged.db", "--force");
        rollcall.Environment["ROLLCALL_MASTER_KEY"] = Convert.ToBase64String(new byte[32]);
        await RefusedAsync("master key here is not that of", "restore", "good.db", "--force");
        rollcall.Environment.Remove("ROLLCALL_MASTER_KEY");
        File.Move(Path.Combine(server.Data, "master-key"), folder["master-key"]);
        await RefusedAsync("There is no master key", "restore", "good.db", "--force");
        File.Move(folder["master-key"], Path.Combine(server.Data, "master-key"));

        Assert.Equal(before, await File.ReadAllBytesAsync(server.DatabaseFile, TestContext.Current.CancellationToken));
        Assert.Single(Directory.GetFiles(server.Data, "access.db*"));
        await server.StartAgainAsync();
        Assert.Equal(["ann"], await NamesAsync(server));

        async Task RefusedAsync(string says, params string[] arguments)
        {
            var result = await rollcall.RunAsync(arguments);
            Assert.Equal((1, ""), (result.Exit, result.Output));
            Assert.Contains(says, result.Error, StringComparison.Ordinal);
        }

        async Task ChangedAsync(string name, string sql)
        {
            File.Copy(folder["good.db"], folder[name]);
            await using var connection = new SqliteConnection($"Data Source={folder[name]};Pooling=false");
            connection.Open();
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A text of this test.
            command.CommandText = sql;
#pragma warning restore CA2100
            command.ExecuteNonQuery();
        }
    }

    private static async Task WriteAsync(ScimAccess platform, string list, int writer, ConcurrentQueue<string> acknowledged, CancellationToken stop)
    {
        using var http = platform.Connect();
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            using var made = await SendAsync(http, HttpMethod.Post, "Users", $$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"u-{{writer}}-{{i}}"}""");
            var id = JsonElement.Parse(await made.Content.ReadAsStringAsync(CancellationToken.None)).GetProperty("id").GetString()!;
            using var added = await SendAsync(http, HttpMethod.Patch, $"Groups/{list}",
                $$"""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"{{id}}"}]}]}""");
            Assert.Equal(HttpStatusCode.NoContent, added.StatusCode);
            acknowledged.Enqueue(id);
        }
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient http, HttpMethod method, string path, string body) => http.SendAsync(
        new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/scim+json") }, CancellationToken.None);

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!isSo())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static async Task<string> AccessTokenAsync(JsonElement integration)
    {
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent([
            KeyValuePair.Create("grant_type", "client_credentials"),
            KeyValuePair.Create("client_id", integration.GetProperty("clientId").GetString()!),
            KeyValuePair.Create("client_secret", integration.GetProperty("clientSecret").GetString()!)]);
        using var response = await http.PostAsync(new Uri(integration.GetProperty("tokenUrl").GetString()!), form, TestContext.Current.CancellationToken);
        return JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("access_token").GetString()!;
    }

    private static async Task<IEnumerable<string?>> NamesAsync(RollcallServer server) =>
        (await server.Command.JsonAsync("users", "list")).GetProperty("items").EnumerateArray().Select(user => user.GetProperty("userName").GetString()).Order();
}

internal static class FolderPath
{
    /// <summary>The folder, made with those above it.</summary>
    public static string Made(this string path) => Directory.CreateDirectory(path).FullName;
}
