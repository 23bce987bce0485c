namespace Rollcall.Web.Settings;

/// <summary>
/// Refuses to start on an unsafe configuration. What concerns the data folder is refused where it is opened
/// (<c>DataFolder</c>); all else is here.
/// </summary>
public static class SafeStart
{
    /// <summary>Checks what a side would start with.</summary>
    /// <exception cref="SettingsException">
    /// The admin token is short, plain HTTP would leave the machine, TLS lacks its certificate, or PostgreSQL its master key.
    /// </exception>
    public static void Check(RollcallSettings settings, Side side)
    {
        var own = settings.Of(side);
        if (settings.AdminToken is { Length: < RollcallSettings.ShortestAdminToken })
            throw new SettingsException(settings.NameOf(SettingKey.AdminToken), "is shorter than 32 characters: set a longer random one, or leave it out to have one made");
        if (settings.TlsKey is not null && settings.TlsCertificate is null)
            throw new SettingsException(settings.NameOf(SettingKey.TlsKey), $"is set without a certificate: set {SettingKey.TlsCertificate.Variable} too");
        if (own.Url.IsHttps && settings.TlsCertificate is null)
            throw new SettingsException(settings.NameOf(SettingKey.UrlOf(side)), $"is https without a certificate: set {SettingKey.TlsCertificate.Variable} and {SettingKey.TlsKey.Variable}");
        // Behind a proxy that speaks TLS, the public URL is https and the way from the proxy is the operator's.
        var isPublicHttps = own.PublicUrl?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) is true;
        if (!own.Url.IsHttps && !own.Url.IsLoopback && !isPublicHttps && !settings.AllowHttp)
        {
            throw new SettingsException(settings.NameOf(SettingKey.UrlOf(side)),
                $"is plain HTTP on an address that other machines reach, so tokens could be read on the way: use https with {SettingKey.TlsCertificate.Variable}, "
                + $"or set {SettingKey.PublicUrlOf(side).Variable} to the https URL of the proxy in front, or accept it with {SettingKey.AllowHttp.Variable}=true");
        }
        if (own.IsPostgreSql && settings.MasterKey is null)
            throw new SettingsException(settings.NameOf(SettingKey.MasterKey), $"is required with PostgreSQL, where every node needs the same one: make one with \"openssl rand -base64 32\"");
    }
}
