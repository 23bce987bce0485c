using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Commands;

/// <summary>The verbs of <c>rollcall integrations</c> for what a platform authenticates with: secrets, keys, static tokens.</summary>
internal static class IntegrationCredentialCommands
{
    private static readonly string[] Algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    /// <summary><c>rotate-secret</c>.</summary>
    public static Verb RotateSecretVerb(Server server)
    {
        var name = IntegrationCommands.Name();
        var overlap = OptionOf.Duration("--overlap", "How long the old secret stays valid beside the new one, such as 24h.");
        var verb = new Verb("rotate-secret", "Makes a new client secret and shows it this once; tokens in use stay valid.")
            .With(name, overlap)
            .WithExamples("rollcall integrations rotate-secret sailpoint --overlap 24h");
        return server.Verb(verb, async call =>
        {
            var body = new JsonObject();
            if (call.Get(overlap) is { } duration)
                body["overlapSeconds"] = (long)duration.TotalSeconds;
            var answer = await call.Api.PostAsync(ApiPath.Of("integrations", call[name], "secrets"), body, call.CancellationToken);
            call.Output.Answer(answer.Body, output => WriteMade(
                output, $"Integration \"{call[name]}\" has a new client secret. Enter in the platform:",
                [("  Client ID", Output.Cell(answer.Body.Text("clientId"))), ("  Client secret", Output.Cell(answer.Body.Text("clientSecret")))],
                "It is shown only now. The secrets that are valid:", answer.Body.Member("secrets")));
        });
    }

    /// <summary><c>revoke-secret</c>.</summary>
    public static Verb RevokeSecretVerb(Server server) =>
        RevokeVerb(server, "secret", "secrets", "SECRET_ID", "Ends a client secret at once.", "The secret's id, as \"rollcall integrations show NAME\" lists it; not the secret.");

    /// <summary><c>add-key</c>.</summary>
    public static Verb AddKeyVerb(Server server)
    {
        var name = IntegrationCommands.Name();
        var key = new Argument<string>("KEY") { Description = "The public key: PEM (a key or a certificate) or a JSON Web Key, as @FILE, or - for standard input." };
        var algorithm = OptionOf.Choice("--algorithm", "The only algorithm that its signatures may have. Default: what the key itself says, else RS256, or the one of an EC key's curve.", Algorithms);
        var keyId = OptionOf.Text("--key-id", "KID", "The kid that the platform names the key by. Default: what the key itself says, else its thumbprint.");
        var expires = OptionOf.Time("--expires", "From when on the key is refused, such as 2027-06-30. Default: the end of the certificate, else never.");
        var verb = new Verb("add-key", "Adds a public key, with whose private key the platform signs instead of sending a secret (private_key_jwt).")
            .With(name, key, algorithm, keyId, expires)
            .WithExamples("rollcall integrations add-key sailpoint @public.pem --algorithm PS256");
        return server.Verb(verb, async call =>
        {
            var body = new JsonObject { ["key"] = ReadPublicKey(call[key], call.Shell) };
            if (call.Get(algorithm) is { } alg)
                body["algorithm"] = alg;
            if (call.Get(keyId) is { } kid)
                body["keyId"] = kid;
            if (call.Get(expires) is { } end)
                body["expiresAt"] = end.ToString("O", System.Globalization.CultureInfo.InvariantCulture);
            var answer = await call.Api.PostAsync(ApiPath.Of("integrations", call[name], "keys"), body, call.CancellationToken);
            call.Output.Answer(answer.Body, output => WriteAdded(output, call[name], answer.Body));
        });
    }

    /// <summary><c>revoke-key</c>.</summary>
    public static Verb RevokeKeyVerb(Server server) =>
        RevokeVerb(server, "key", "keys", "ID", "Ends a public key at once; tokens in use stay valid.", "The key's id, as \"rollcall integrations show NAME\" lists it; not its key id.");

    /// <summary><c>rotate-token</c>.</summary>
    public static Verb RotateTokenVerb(Server server)
    {
        var name = IntegrationCommands.Name();
        var overlap = OptionOf.Duration("--overlap", "How long the static token in use stays valid beside the new one, at most 30d. Default: 24h.");
        var verb = new Verb("rotate-token", "Makes a new static token, valid for 365 days, and shows it this once.")
            .With(name, overlap)
            .WithExamples("rollcall integrations rotate-token entra --overlap 7d");
        return server.Verb(verb, async call =>
        {
            var duration = call.Get(overlap) ?? TimeSpan.FromHours(24);
            var answer = await call.Api.PostAsync(
                ApiPath.Of("integrations", call[name], "tokens"), new JsonObject { ["overlapSeconds"] = (long)duration.TotalSeconds }, call.CancellationToken);
            call.Output.Answer(answer.Body, output => WriteMade(
                output, $"Integration \"{call[name]}\" has a new static token. Enter in the platform:",
                [("  Static token", Output.Cell(answer.Body.Text("token")))],
                "It is shown only now. The static tokens that are valid:", answer.Body.Member("tokens")));
        });
    }

    /// <summary><c>revoke-token</c>.</summary>
    public static Verb RevokeTokenVerb(Server server) =>
        RevokeVerb(server, "token", "tokens", "TOKEN_ID", "Ends a static token within a second.", "The token's id, as \"rollcall integrations show NAME\" lists it; not the token.");

    private static Verb RevokeVerb(Server server, string what, string path, string argumentName, string description, string argumentDescription)
    {
        var name = IntegrationCommands.Name();
        var id = new Argument<string>(argumentName) { Description = argumentDescription };
        return server.Verb(new Verb($"revoke-{what}", description).With(name, id), async call =>
        {
            await call.Api.DeleteAsync(ApiPath.Of("integrations", call[name], path, call[id]), call.CancellationToken);
            call.Output.Done($"The {(what is "token" ? "static token" : what)} of integration \"{call[name]}\" is revoked.");
        });
    }

    // A private key never leaves the machine of whoever confuses the two files.
    private static string ReadPublicKey(string given, Shell shell)
    {
        var text = SecretInput.Read(given, "KEY", shell, "public key");
        return text.Contains("PRIVATE KEY", StringComparison.Ordinal) || text.Contains("\"d\"", StringComparison.Ordinal)
            ? throw CommandFailure.Usage("KEY: this is a private key, which only the platform may have. Nothing was sent; give the public key.")
            : text;
    }

    private static void WriteMade(TextWriter output, string sentence, IReadOnlyList<(string, string)> values, string above, JsonElement? valid)
    {
        output.WriteLine(Shell.Printable(sentence));
        output.WriteLine();
        DetailsWriter.Write(output, values);
        output.WriteLine();
        output.WriteLine(above);
        output.WriteLine();
        var table = new TableWriter(output, ["ID", "CREATED", "EXPIRES"]);
        table.Write([.. Items(valid).Select(item => (string[])[Cell(item, "id"), Cell(item, "createdAt"), Cell(item, "expiresAt")])]);
    }

    private static void WriteAdded(TextWriter output, string name, JsonElement answer)
    {
        var key = answer.Member("key") ?? default;
        output.WriteLine(Shell.Printable($"Integration \"{name}\" has a new key. Set in the platform:"));
        output.WriteLine();
        DetailsWriter.Write(output,
        [
            ("  Client ID", Output.Cell(answer.Text("clientId"))),
            ("  Client authentication", "private_key_jwt"),
            ("  Algorithm", Cell(key, "algorithm")),
            ("  Key ID", Cell(key, "keyId")),
        ]);
        output.WriteLine();
        output.WriteLine("The keys that are valid:");
        output.WriteLine();
        var table = new TableWriter(output, ["ID", "KEY ID", "ALGORITHM", "CREATED", "EXPIRES"]);
        table.Write([.. Items(answer.Member("keys"))
            .Select(item => (string[])[Cell(item, "id"), Cell(item, "keyId"), Cell(item, "algorithm"), Cell(item, "createdAt"), Cell(item, "expiresAt")])]);
    }

    private static IEnumerable<JsonElement> Items(JsonElement? list) => list is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : default;

    private static string Cell(JsonElement item, string member) => Output.Cell(Output.Time(item.Text(member)));
}
