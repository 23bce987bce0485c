using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Rollcall.Web.Settings;

namespace Rollcall.Web.Hosting;

/// <summary>
/// The server's certificate and key from PEM files. The files are looked at again when a connection comes in, at most
/// every <see cref="LookAgainAfter"/>: their content is compared, since orchestrators replace them behind links whose own
/// times never change. If the new files can't be used (one written, the other not yet), the old certificate stays.
/// </summary>
internal sealed partial class TlsCertificate
{
    public static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(10);

    private readonly RollcallSettings _settings;
    private readonly TimeProvider _timeProvider;
    private readonly Lock _reloading = new();
    private volatile Loaded _loaded;
    private long _lookedAt;

    /// <exception cref="SettingsException">The files can't be read or don't fit together.</exception>
    public TlsCertificate(RollcallSettings settings, TimeProvider timeProvider)
    {
        _settings = settings;
        _timeProvider = timeProvider;
        _lookedAt = timeProvider.GetTimestamp();
        _loaded = Load(settings, ReadFiles(settings));
    }

    public SslServerAuthenticationOptions Current(ILogger logger)
    {
        if (_timeProvider.GetElapsedTime(Interlocked.Read(ref _lookedAt)) >= LookAgainAfter)
            LookAgain(logger);
        return _loaded.Options;
    }

    private void LookAgain(ILogger logger)
    {
        // One connection looks; the others go on with what there is.
        if (!_reloading.TryEnter())
            return;
        try
        {
            Interlocked.Exchange(ref _lookedAt, _timeProvider.GetTimestamp());
            var pem = ReadFiles(_settings);
            if (pem == _loaded.Pem)
                return;
            _loaded = Load(_settings, pem);
            Log.Reloaded(logger);
        }
        catch (SettingsException e)
        {
            Log.NotReloaded(logger, e.Message);
        }
        finally
        {
            _reloading.Exit();
        }
    }

    private static (string Certificate, string Key) ReadFiles(RollcallSettings settings)
    {
        var certificate = ReadFile(settings, SettingKey.TlsCertificate, settings.TlsCertificate!);
        return (certificate, settings.TlsKey is { } key ? ReadFile(settings, SettingKey.TlsKey, key) : certificate);
    }

    private static string ReadFile(RollcallSettings settings, SettingKey key, string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException(settings.NameOf(key), $"names {path}, which can't be read: correct the path, or let this user read the file", e);
        }
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "Connections use the certificate for as long as they last.")]
    private static Loaded Load(RollcallSettings settings, (string Certificate, string Key) pem)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(pem.Certificate);
            // Offline: the chain is what the file has, nothing is fetched.
            var context = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(pem.Certificate, pem.Key), chain, offline: true);
#pragma warning disable CA5398 // Not left to the operating system: RFC 7644 §7.2 asks for 1.2, and older ones are broken.
            return new Loaded(pem, new SslServerAuthenticationOptions { ServerCertificateContext = context, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 });
#pragma warning restore CA5398
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new SettingsException(
                settings.NameOf(SettingKey.TlsCertificate),
                $"and {settings.NameOf(SettingKey.TlsKey)} don't hold a PEM certificate and its unencrypted key: check both files", e);
        }
    }

    private sealed record Loaded((string Certificate, string Key) Pem, SslServerAuthenticationOptions Options);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The TLS certificate was read again")]
        public static partial void Reloaded(ILogger logger);

        [LoggerMessage(2, LogLevel.Error, "The changed TLS certificate can't be used, so the old one stays: {Problem}")]
        public static partial void NotReloaded(ILogger logger, string problem);
    }
}
