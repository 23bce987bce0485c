using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rollcall.Scim.Client.Tests;

/// <summary>Who is trusted: a certificate of a trusted authority, for the name that was asked for.</summary>
public sealed class TlsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [Trait("req", "S-140")]
    [InlineData("localhost", true, true)]
    [InlineData("other.example.com", true, false)]
    [InlineData("localhost", false, false)]
    public async Task AServer_IsSpokenToOnly_WhereItsCertificateIsTrusted_AndForItsName(string name, bool isTrusted, bool isAnswered)
    {
        using var authority = Authority();
        using var certificate = Issue(authority, name);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener, certificate);
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck };
        var options = new ScimClientOptions { BaseUrl = new Uri($"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}"), MaxRetries = 0 };
        using var client = new ScimClient(options, isTrusted ? ScimClient.MakeConnections(trust) : null);

        var request = client.FindAsync("/Users", "a", cancellationToken: Cancellation);

        if (isAnswered)
        {
            Assert.Equal("a", (await request)!.Id);
        }
        else
        {
            var failure = await Assert.ThrowsAsync<ScimClientException>(() => request);
            Assert.Equal(ScimFailure.Unreachable, failure.Failure);
            Assert.Contains("certificate", failure.Message, StringComparison.Ordinal);
        }
        Assert.Equal(isAnswered, await serving);
    }

    /// <summary>Serves one connection; whether it came to a request.</summary>
    private static async Task<bool> ServeAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var socket = await listener.AcceptTcpClientAsync(Cancellation);
        await using var stream = new SslStream(socket.GetStream());
        try
        {
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, Cancellation);
            using var reader = new StreamReader(stream);
            if (await reader.ReadLineAsync(Cancellation) is null)
                return false;
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/scim+json\r\nContent-Length: 10\r\nConnection: close\r\n\r\n{\"id\":\"a\"}"u8.ToArray(), Cancellation);
            return true;
        }
        catch (Exception refused) when (refused is IOException or System.Security.Authentication.AuthenticationException)
        {
            return false;
        }
    }

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=An authority for tests", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(authority, authority.NotBefore, authority.NotAfter, [1, 2, 3, 4]);
        return issued.CopyWithPrivateKey(key);
    }
}
