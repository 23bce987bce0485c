using System.CommandLine;
using System.Text.Json.Nodes;

namespace Rollcall.Commands;

/// <summary>The secrets of an application as options.</summary>
internal sealed class AppSecrets
{
    private readonly List<(string Key, Option<string> Option)> _secrets =
    [
        ("clientSecret", OptionOf.Text("--client-secret", "SECRET", "The OAuth client's secret.")),
        ("refreshToken", OptionOf.Text("--refresh-token", "TOKEN", "The refresh token; one that the server renews is kept.")),
        ("privateKey", OptionOf.Text("--private-key", "PEM", "The private key that signs, for client-credentials and jwt.")),
        ("privateKeyPassword", OptionOf.Text("--private-key-password", "PASSWORD", "The password of an encrypted private key.")),
        ("password", OptionOf.Text("--password", "PASSWORD", "The password, for basic and password.")),
        ("apiToken", OptionOf.Text("--api-token", "TOKEN", "The bearer token, for api-token.")),
    ];

    /// <summary>The options, in the order of the help.</summary>
    public IReadOnlyList<Option> Options => [.. _secrets.Select(secret => secret.Option)];

    /// <summary>The secrets that are given, as the API takes them; null where none is. An empty one is to be taken away.</summary>
    /// <exception cref="CommandFailure">Usage: one can't be read, or two ask for standard input.</exception>
    public JsonObject? Read(Call call)
    {
        var given = _secrets.Select(secret => (secret.Key, secret.Option, Text: call.Get(secret.Option))).Where(secret => secret.Text is not null).ToList();
        if (given.Count(secret => secret.Text == "-") > 1)
            throw CommandFailure.Usage("Only one secret can come from standard input: give the others as @FILE.");
        return given.Count == 0 ? null : new JsonObject(given.Select(secret =>
            KeyValuePair.Create(secret.Key, secret.Text!.Length == 0 ? null : (JsonNode?)SecretInput.Read(secret.Text, secret.Option.Name, call.Shell))));
    }
}
