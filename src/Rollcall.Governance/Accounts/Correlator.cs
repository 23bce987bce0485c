using System.Text.Json;
using Rollcall.Data;
using Rollcall.Governance.Applications;
using Rollcall.Scim;

namespace Rollcall.Governance.Accounts;

/// <summary>What a look-up of identities came to.</summary>
/// <param name="Found">Accounts with the identity of each.</param>
/// <param name="Ambiguous">Accounts that more than one identity fits.</param>
internal sealed record CorrelationOutcome<T>(IReadOnlyDictionary<T, long> Found, IReadOnlyList<T> Ambiguous) where T : notnull;

/// <summary>Finds whose accounts are, by a rule. E-mail addresses and further attributes are compared without case, ids exactly.</summary>
internal sealed class Correlator(CorrelationRule rule)
{
    private readonly bool _isExact = rule.Identity == "id";

    /// <summary>Whether identities are found by an index; otherwise all of them are gone through for each look-up.</summary>
    public bool IsIndexed => rule.Identity is "id" or "email";

    /// <summary>The column of accounts that <see cref="KeysOf"/> reads.</summary>
    public string Column => rule.Account switch { "userName" => "user_name", "externalId" => "external_id", _ => "attributes" };

    /// <summary>What an account is found by: none, one, or several where the attribute has several values.</summary>
    public IReadOnlyList<string> Keys(JsonElement account) => [.. AccountAttribute.Values(account, rule.Account).Where(value => value.Length > 0).Select(Key).Distinct(StringComparer.Ordinal)];

    /// <summary>As <see cref="Keys"/>, from what is stored in <see cref="Column"/>.</summary>
    public IReadOnlyList<string> KeysOf(string? stored) => stored switch
    {
        null or "" => [],
        _ when Column == "attributes" => Keys(JsonElement.Parse(stored)),
        _ => [Key(stored)],
    };

    /// <summary>Looks the identities of accounts up.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="accounts">Accounts, each with its keys.</param>
    public async ValueTask<CorrelationOutcome<T>> FindAsync<T>(Session session, IEnumerable<(T Account, IReadOnlyList<string> Keys)> accounts) where T : notnull
    {
        var wanted = accounts.SelectMany(account => account.Keys.Select(key => (key, account.Account))).ToLookup(pair => pair.key, pair => pair.Account, StringComparer.Ordinal);
        var found = new Dictionary<T, long>();
        var ambiguous = new HashSet<T>();
        if (wanted.Count > 0)
            await EachIdentityAsync(session, wanted.Select(group => group.Key), (identity, key) =>
            {
                foreach (var account in wanted[key])
                {
                    if (!found.TryAdd(account, identity) && found[account] != identity)
                        ambiguous.Add(account);
                }
            });
        foreach (var account in ambiguous)
            found.Remove(account);
        return new CorrelationOutcome<T>(found, [.. ambiguous]);
    }

    private ValueTask EachIdentityAsync(Session session, IEnumerable<string> keys, Action<long, string> read)
    {
        if (IsIndexed)
        {
            var column = _isExact ? "public_id" : "email_key";
            return session.EachAsync($"select id, {column} from identities where {column} in ({session.Dialect.TextSet("$1")})",
                row => read(row.GetInt64(0), row.GetString(1)), JsonSerializer.Serialize(keys));
        }
        // Not the one attribute in SQL: its name comes from the application's definition.
        return session.EachAsync("select id, attributes from identities", row =>
        {
            if (JsonElement.Parse(row.GetString(1)).TryGetProperty(rule.Identity, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text)
                read(row.GetInt64(0), Key(text));
        });
    }

    private string Key(string value) => _isExact ? value : ScimText.Fold(value);
}
