using Rollcall.Data;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Applications;

/// <summary>
/// The secrets of applications, encrypted with the master key. They are set and used, never shown: <see cref="Names"/> tells
/// which there can be, the API which there are.
/// </summary>
/// <param name="protector">Encrypts them.</param>
public sealed class ApplicationSecrets(SecretProtector protector)
{
    /// <summary>The secret of an OAuth client.</summary>
    public const string ClientSecret = "clientSecret";

    /// <summary>A refresh token; the server may renew it.</summary>
    public const string RefreshToken = "refreshToken";

    /// <summary>A private key in PEM.</summary>
    public const string PrivateKey = "privateKey";

    /// <summary>The password of an encrypted private key.</summary>
    public const string PrivateKeyPassword = "privateKeyPassword";

    /// <summary>The password of basic authentication and of the password grant.</summary>
    public const string Password = "password";

    /// <summary>A bearer token that was made by hand.</summary>
    public const string ApiToken = "apiToken";

    private const int Longest = 64 * 1024;

    /// <summary>The names of the secrets that an application can have.</summary>
    public static IReadOnlyList<string> Names { get; } = [ClientSecret, RefreshToken, PrivateKey, PrivateKeyPassword, Password, ApiToken];

    /// <summary>Checks secrets that are to be set.</summary>
    /// <exception cref="ApiException">400: an unknown name, or a value that is too long. The message never holds the value.</exception>
    public static void Check(IReadOnlyDictionary<string, string?> secrets)
    {
        foreach (var (name, value) in secrets)
        {
            if (!Names.Contains(name))
                throw ApiException.Invalid($"secrets.{name}", $"There is no secret '{name.Truncate()}'. Those there are: {string.Join(", ", Names)}.");
            if (value?.Length > Longest)
                throw ApiException.Invalid($"secrets.{name}", $"The secret {name} is longer than {Longest} characters.");
        }
    }

    /// <summary>Sets secrets; one that is empty or null is removed.</summary>
    public async ValueTask SetAsync(WriteSession session, long applicationId, IReadOnlyDictionary<string, string?> secrets)
    {
        foreach (var (name, value) in secrets)
        {
            if (string.IsNullOrEmpty(value))
                await session.ExecuteAsync("delete from application_secrets where application_id = $1 and name = $2", applicationId, name);
            else
                await session.ExecuteAsync(
                    "insert into application_secrets (application_id, name, value) values ($1, $2, $3) on conflict (application_id, name) do update set value = excluded.value",
                    applicationId, name, protector.Protect(value, Purpose(applicationId, name)));
        }
    }

    /// <summary>The secrets of an application, to connect with.</summary>
    public async ValueTask<IReadOnlyDictionary<string, string>> ReadAsync(Session session, long applicationId) =>
        (await session.ListAsync("select name, value from application_secrets where application_id = $1", row => (Name: row.GetString(0), Value: row.GetFieldValue<byte[]>(1)), applicationId))
            .ToDictionary(secret => secret.Name, secret => protector.UnprotectText(secret.Value, Purpose(applicationId, secret.Name)), StringComparer.Ordinal);

    /// <summary>The names of the secrets that an application has.</summary>
    public static ValueTask<List<string>> NamesOfAsync(Session session, long applicationId) =>
        session.ListAsync("select name from application_secrets where application_id = $1 order by name", row => row.GetString(0), applicationId);

    private static string Purpose(long applicationId, string name) => $"application:{applicationId}:{name}";
}
