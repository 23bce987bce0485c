using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Rollcall.Web.Hosting;
using Rollcall.Web.Settings;

namespace Rollcall.Web.Tests;

public sealed class TlsTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private RollcallSettings Settings => TestSide.Settings with
    {
        Access = TestSide.Settings.Access with { Url = new ListenUrl("https", "127.0.0.1", 0) },
        TlsCertificate = _temp["crt.pem"],
        TlsKey = _temp["key.pem"],
    };

    public void Dispose() => _temp.Dispose();

    [Fact]
    [Trait("req", "S-139")]
    public async Task Https_ServesTheCertificate_AndTheNewOneAfterItChanged()
    {
        Write("first");
        await using var side = await StartAsync();
        Assert.Equal("CN=first", await SubjectAsync(side));

        Write("second");
        Assert.Equal("CN=first", await SubjectAsync(side));
        _clock.Advance(TlsCertificate.LookAgainAfter);

        Assert.Equal("CN=second", await SubjectAsync(side));
    }

    [Fact]
    public async Task Https_ANewCertificateWithoutItsKey_LeavesTheOldOneInPlace()
    {
        Write("first");
        await using var side = await StartAsync();
        var key = await File.ReadAllTextAsync(_temp["key.pem"], TestContext.Current.CancellationToken);

        Write("second");
        await File.WriteAllTextAsync(_temp["key.pem"], key, TestContext.Current.CancellationToken);
        _clock.Advance(TlsCertificate.LookAgainAfter);

        Assert.Equal("CN=first", await SubjectAsync(side));
    }

    [Fact]
    public async Task Https_SpeaksHttp2()
    {
        Write("first");
        await using var side = await StartAsync();
        using var client = Client(side, _ => { });
        client.DefaultRequestVersion = new Version(2, 0);
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;

        Assert.Equal("HTTP/2", await client.GetStringAsync("/protocol", TestContext.Current.CancellationToken));
    }

#pragma warning disable SYSLIB0039, CA5397, CA5398 // What must be refused, and what must not, has to be tried.
    [Theory]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, true)]
    [InlineData(SslProtocols.Tls11, false)]
#pragma warning restore SYSLIB0039, CA5397, CA5398
    [Trait("req", "S-139")]
    public async Task Https_SpeaksTls12And13_AndNothingOlder(SslProtocols protocol, bool isSpoken)
    {
        Write("first");
        await using var side = await StartAsync();
        using var client = Client(side, _ => { }, protocol);
        var call = client.GetStringAsync("/protocol", TestContext.Current.CancellationToken);
        if (isSpoken)
            await call;
        else
            await Assert.ThrowsAsync<HttpRequestException>(() => call);
    }

    [Fact]
    [Trait("req", "S-139")]
    public async Task PlainHttp_AtAnHttpsPort_GetsNoAnswer()
    {
        Write("first");
        await using var side = await StartAsync();
        using var client = new HttpClient();
        var plain = side.Host.ListeningUrl.Replace("https:", "http:", StringComparison.Ordinal);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(new Uri($"{plain}/protocol"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void MissingFile_IsRefusedByName()
    {
        var refusal = Assert.Throws<SettingsException>(() => SideHostBuilder.Create(Settings, Side.Access, []));

        Assert.StartsWith($"ROLLCALL_TLS_CERTIFICATE names {_temp["crt.pem"]}, which can't be read", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void KeyOfAnotherCertificate_IsRefused()
    {
        Write("first");
        var key = File.ReadAllText(_temp["key.pem"]);
        Write("second");
        File.WriteAllText(_temp["key.pem"], key);

        var refusal = Assert.Throws<SettingsException>(() => SideHostBuilder.Create(Settings, Side.Access, []));

        Assert.StartsWith("ROLLCALL_TLS_CERTIFICATE and ROLLCALL_TLS_KEY don't hold", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(key[30..60], refusal.Message, StringComparison.Ordinal);
    }

    private Task<TestSide> StartAsync() => TestSide.StartAsync(
        app => app.MapGet("/protocol", (RequestDelegate)(context => context.Response.WriteAsync(context.Request.Protocol))), Settings, timeProvider: _clock);

    private void Write(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(_clock.GetUtcNow().AddYears(-20), _clock.GetUtcNow().AddYears(20));
        File.WriteAllText(_temp["crt.pem"], certificate.ExportCertificatePem());
        File.WriteAllText(_temp["key.pem"], key.ExportPkcs8PrivateKeyPem());
    }

    // A new client is a new connection: the certificate is chosen for each.
    private static async Task<string> SubjectAsync(TestSide side)
    {
        var subject = "";
        using var client = Client(side, certificate => subject = certificate.Subject);
        await client.GetStringAsync("/protocol", TestContext.Current.CancellationToken);
        return subject;
    }

    private static HttpClient Client(TestSide side, Action<X509Certificate> see, SslProtocols protocols = SslProtocols.None)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = protocols,
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    see(certificate!);
                    return certificate!.Subject == certificate.Issuer;
                },
            },
        };
        return new HttpClient(handler) { BaseAddress = new Uri(side.Host.ListeningUrl) };
    }
}
