using System.Runtime.Versioning;
using Rollcall.Web.Settings;
using Rollcall.Web.Storage;

namespace Rollcall.Web.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class DataFolderTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TempFolder _temp = new();

    private string Data => _temp["data"];

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Open_MakesAFolderOfTheOwnerOnly()
    {
        using var folder = Open();

        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, Mode(Data));
        Assert.Equal(OwnerOnly, Mode(_temp["data/lock"]));
        Assert.Equal(_temp["data/access.db"], folder.AccessDatabase);
        Assert.Equal(_temp["data/governance.db"], folder.GovernanceDatabase);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.GroupExecute)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.OtherExecute)]
    public void Open_FolderThatOthersMayEnter_IsRefused(UnixFileMode tooMuch)
    {
        Directory.CreateDirectory(Data);
        File.SetUnixFileMode(Data, OwnerOnly | UnixFileMode.UserExecute | tooMuch);

        var refusal = Assert.Throws<SettingsException>(Open);

        Assert.Equal($"ROLLCALL_DATA names {Data}, which other users may enter: run \"chmod 700 {Data}\" first", refusal.Message);
    }

    [Fact]
    public void Open_LinkToAFolderThatOthersMayEnter_IsRefused()
    {
        Directory.CreateDirectory(_temp["real"]);
        File.SetUnixFileMode(_temp["real"], OwnerOnly | UnixFileMode.UserExecute | UnixFileMode.OtherRead);
        Directory.CreateSymbolicLink(Data, _temp["real"]);

        Assert.Throws<SettingsException>(Open);
    }

    [Fact]
    public void Open_AFile_IsRefused()
    {
        File.WriteAllText(Data, "");

        Assert.Contains("can't be used as data folder", Assert.Throws<SettingsException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Twice_IsRefusedUntilTheFirstIsClosed()
    {
        using (Open())
        {
            var refusal = Assert.Throws<SettingsException>(Open);
            Assert.Contains($"is in use by process {Environment.ProcessId}:", refusal.Message, StringComparison.Ordinal);
        }

        Open().Dispose();
    }

    [Fact]
    public async Task Open_WhileAnotherProcessHasIt_NamesThatProcess_AndItsDeathFreesTheFolder()
    {
        var (child, _) = await ChildProcess.StartAsync("hold", Data);
        using (child)
        {
            var refusal = Assert.Throws<SettingsException>(Open);
            Assert.Contains($"is in use by process {child.Id}:", refusal.Message, StringComparison.Ordinal);

            child.KillNow();
            Assert.True(File.Exists(_temp["data/lock.pid"]), "a killed process leaves its files behind");
            Open().Dispose();
        }
    }

    [Fact]
    public void AdminToken_IsMadeOnceAndKeptForTheOwner()
    {
        using var folder = Open();

        var token = folder.ReadOrMakeAdminToken();

        Assert.Matches("^[A-Za-z0-9_-]{43}$", token);
        Assert.Equal(token, folder.ReadOrMakeAdminToken());
        Assert.Equal(token, File.ReadAllText(folder.AdminTokenFile).Trim());
        Assert.Equal(OwnerOnly, Mode(folder.AdminTokenFile));
    }

    [Fact]
    public void AdminToken_ThatIsSetWins_AndNoFileIsMade()
    {
        using var folder = DataFolder.Open(new RollcallSettings { Data = Data, AdminToken = "0123456789012345678901234567890123456789" });

        Assert.Equal("0123456789012345678901234567890123456789", folder.ReadOrMakeAdminToken());
        Assert.False(File.Exists(folder.AdminTokenFile));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void AdminToken_FileThatOthersMayRead_IsRefused(UnixFileMode tooMuch)
    {
        using var folder = Open();
        var token = folder.ReadOrMakeAdminToken();
        File.SetUnixFileMode(folder.AdminTokenFile, OwnerOnly | tooMuch);

        var refusal = Assert.Throws<SettingsException>(folder.ReadOrMakeAdminToken);

        Assert.StartsWith($"{folder.AdminTokenFile} can be read by other users: run \"chmod 600", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(token, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AdminToken_ShortInTheFile_IsRefused()
    {
        using var folder = Open();
        WritePrivate(folder.AdminTokenFile, "SECRET");

        var refusal = Assert.Throws<SettingsException>(folder.ReadOrMakeAdminToken);

        Assert.Contains("shorter than 32 characters", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MasterKey_IsMadeOnceAndKeptForTheOwner()
    {
        using var folder = Open();

        var key = folder.ReadOrMakeMasterKey();

        Assert.Equal(32, key.Length);
        Assert.Equal(key, folder.ReadOrMakeMasterKey());
        Assert.Equal(OwnerOnly, Mode(folder.MasterKeyFile));
    }

    [Fact]
    public void MasterKey_DamagedFile_IsRefusedAndNotReplaced()
    {
        using var folder = Open();
        WritePrivate(folder.MasterKeyFile, "SECRET");

        var refusal = Assert.Throws<SettingsException>(folder.ReadOrMakeMasterKey);

        Assert.Contains("restore it from a backup", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("SECRET", File.ReadAllText(folder.MasterKeyFile));
    }

    private static UnixFileMode Mode(string path) => File.GetUnixFileMode(path);

    private static void WritePrivate(string path, string text)
    {
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, OwnerOnly);
    }

    private DataFolder Open() => DataFolder.Open(new RollcallSettings { Data = Data });
}
