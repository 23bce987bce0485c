using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Rollcall.Scim.Messages;
using Rollcall.Scim.Patch;
using Rollcall.Scim.Projections;
using Rollcall.Scim.Resources;
using Rollcall.Scim.Schemas;
using Rollcall.Testing;
using Xunit;

namespace Rollcall.Scim.Tests;

/// <summary>Whatever comes in, nothing but a fault of the protocol comes out, and results are sound.</summary>
public sealed class Fuzz
{
    // Words of the protocol, so that random documents get past the first check.
    private static readonly string[] Names =
    [
        "schemas", "Operations", "op", "path", "value", "id", "meta", "userName", "name", "name.givenName", "emails", "emails.value", "emails[type eq \"work\"].value",
        "active", "type", "primary", "members", "$ref", "display", "groups", "displayName", "addresses", "country", "password", "manager", "serial", "slots", "owner",
        "urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "urn:example:Info", "urn:example:Info:codes",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "x509Certificates", "filter", "count", "startIndex", "cursor", "attributes", "tags", "size", "",
    ];

    private static readonly Gen<string> Texts = Gen.Frequency<string>(
        (4, Gen.OneOf(Names)),
        (3, Gen.OneOf("add", "Remove", "replace", "members[value eq \"1\"]", "emails[type eq \"work\" and value pr]", "emails[not (type pr)].value", "slots[value eq \"1\"].mark", "{\"value\":\"x\"}", "{\"a\":", "true", "False", "work", "1", "é")),
        (1, Gen.OneOf("", " ", "\0", "\t", "\uFFFE", "\U0001F600", "[", "]", "\"", "urn:", new string('x', 200))),
        (1, Gen.String[Gen.Char['\u0020', '\u024F'], 0, 8]));

    private static readonly Gen<JsonNode?> Leaves = Gen.OneOf<JsonNode?>(
        Texts.Select(text => (JsonNode?)text),
        Gen.Bool.Select(flag => (JsonNode?)flag),
        Gen.Long.Select(number => (JsonNode?)number),
        Gen.Double[-1e9, 1e9].Select(number => (JsonNode?)number),
        Gen.Bool.Select(_ => (JsonNode?)null));

    /// <summary>Random objects whose keys are names of attributes and parts of messages.</summary>
    public static Gen<JsonObject> Documents { get; } = Objects(3);

    private static readonly Gen<PatchOptions> Options = Gen.Bool.Select(strict => new PatchOptions { Reader = new ReaderOptions { Strict = strict, MaxTextLength = 150 } });

    private static readonly JsonArray Patches = Cases.Read("patch.json").AsArray();

    private static readonly JsonArray Bodies = Cases.Read("resources.json").AsArray();

    /// <summary>A change to a document: at a place, this value instead; often none.</summary>
    private static readonly Gen<(int Place, JsonNode? Value)?> Changes =
        Gen.Select(Gen.Bool, Gen.Int[0, 30], Gen.OneOf(Leaves, Nodes(2)), (any, place, value) => any ? ((int, JsonNode?)?)(place, value) : null);

    /// <summary>Bodies of resources: rows of the table, changed somewhere.</summary>
    private static readonly Gen<(ResourceType Type, JsonObject Body)> ResourceBodies = Gen.Select(Gen.Int[0, Bodies.Count - 1], Changes, Gen.OneOf(Documents), Gen.Int[0, 9], (index, change, random, dice) =>
    {
        var type = WidgetType.Named((string?)Bodies[index]!["type"]);
        var body = dice == 0 ? random : Changed(Bodies[index]!["body"]!, change);
        if (!body.ContainsKey("schemas"))
            body["schemas"] = new JsonArray(type.Schema.Id);
        return (type, body);
    });

    /// <summary>Bodies of PATCH with a resource to change: rows of the table, both changed somewhere.</summary>
    private static readonly Gen<(ResourceType Type, JsonObject Body, JsonObject Resource)> PatchBodies =
        Gen.Select(Gen.Int[0, Patches.Count - 1], Changes, Changes, Gen.OneOf(Documents), Gen.Int[0, 9], (index, change, other, random, dice) =>
        {
            var row = Patches[index]!;
            var type = WidgetType.Named((string?)row["type"]);
            var message = dice == 0
                ? new JsonObject { ["Operations"] = new JsonArray(random) }
                : row["body"] ?? new JsonObject { ["Operations"] = row["operations"]!.DeepClone() };
            var body = Changed(message, change);
            if (!body.ContainsKey("schemas"))
                body["schemas"] = new JsonArray(SchemaUris.PatchOp);
            var resource = Changed(row["resource"] ?? new JsonObject(), other);
            resource["schemas"] = new JsonArray(type.Schema.Id);
            return (type, body, resource);
        });

    [Fact]
    public void Any_bytes_are_an_object_or_refused()
    {
        var noise = Gen.OneOf(Gen.Byte.Array[0, 20], Gen.OneOf("{", "}", "\"a\"", ":", ",", "[", "]", "\\u", "d83d", "1e9", "\uFEFF", " ", "\n").Array[0, 20].Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts))));
        var torn = Gen.Select(Documents, Gen.Double[0, 1], Gen.Double[0, 1], noise, (document, from, to, bytes) =>
        {
            var text = ScimJson.ToUtf8(document);
            return (byte[])[.. text[..(int)(from * text.Length)], .. bytes, .. text[(int)(to * text.Length)..]];
        });
        Gen.OneOf(noise, torn).Sample(bytes =>
        {
            if (Refused(() => ScimJson.ParseObject(bytes), out var document) is not { } fault)
                Assert.True(ResourceComparer.Equal(document, ScimJson.ParseObject(ScimJson.ToUtf8(document!))));
            else
                Assert.Equal("invalidSyntax", fault.ScimType);
        }, iter: 20_000, threads: 1);
    }

    [Fact]
    public void Any_body_is_a_canonical_resource_or_refused()
    {
        var read = 0;
        Gen.Select(ResourceBodies, Options).Sample((input, options) =>
        {
            if (!TryBody(input.Body, out var body))
                return;
            if (Refused(() => ResourceReader.Read(body, input.Type, options.Reader), out var resource) is { } fault)
            {
                Assert.Contains(fault.ScimType, new[] { "invalidValue", "invalidSyntax" });
                return;
            }
            read++;
            Assert.Equal(Json.Text(resource), Json.Text(ResourceReader.Read(resource!, input.Type, new ReaderOptions { Strict = true })));
        }, iter: 20_000, threads: 1);
        Assert.True(read > 1500, $"{read}");
    }

    [Fact]
    public void Any_patch_gives_a_valid_resource_or_is_refused_and_changes_nothing()
    {
        var applied = 0;
        Gen.Select(PatchBodies, Options).Sample((input, options) =>
        {
            var type = input.Type;
            if (!TryBody(input.Body, out var body) || !TryBody(input.Resource, out var given) || Refused(() => ResourceReader.Read(given, type, ReaderOptions.Default), out var stored) is not null)
                return;
            stored!["id"] = "1";
            stored["meta"] = new JsonObject { ["version"] = "W/\"1\"" };
            stored = CanonicalResource.Arrange(stored, type);
            var before = Json.Text(stored);
            if (Refused(() => PatchRequest.Parse(body, type, options), out var request) is { } syntax)
            {
                Assert.Contains(syntax.ScimType, new[] { "invalidSyntax", "invalidPath", "invalidFilter" });
                return;
            }
            var fault = Refused(() => PatchEngine.Apply(stored, request!), out var result);
            Assert.Equal(before, Json.Text(stored));
            if (fault is not null)
            {
                Assert.Contains(fault.ScimType, new[] { "invalidValue", "mutability", "noTarget", options.Reader.Strict ? "invalidSyntax" : "noTarget" });
                return;
            }
            applied++;
            Assert.Equal("1", (string?)result!["id"]);
            // What PATCH leaves could have been sent by PUT, strictly; so nothing malformed is ever stored.
            var again = ResourceReader.Read(result, type, new ReaderOptions { Strict = true });
            result.Remove("id");
            result.Remove("meta");
            Assert.Equal(Json.Text(again), Json.Text(result));
        }, iter: 20_000, threads: 1);
        Assert.True(applied > 1500, $"{applied}");
    }

    [Fact]
    public void Any_members_patch_compiles_or_is_refused() =>
        Gen.Select(PatchBodies, Gen.Bool).Sample((input, strict) =>
        {
            if (!TryBody(input.Body, out var body) || Refused(() => PatchRequest.Parse(body, ResourceTypes.Group, new PatchOptions { Reader = new ReaderOptions { Strict = strict } }), out var request) is not null)
                return;
            Refused(() => MemberPatch.Compile(request!, "members").ChangeOf([]), out _);
        }, iter: 5_000, threads: 1);

    [Fact]
    public void Any_names_make_a_projection_or_are_refused() =>
        Gen.Select(Texts.Array[0, 4], Texts.Array[0, 4], Gen.Bool, Generators.Users).Sample((attributes, excluded, joined, user) =>
        {
            var fault = Refused(() => joined
                ? Projection.Parse(string.Join(',', attributes), string.Join(',', excluded), ResourceTypes.User)
                : Projection.Create(attributes, excluded, ResourceTypes.User), out var projection);
            if (fault is not null)
            {
                Assert.Equal("invalidValue", fault.ScimType);
                return;
            }
            var once = projection!.Apply(user);
            Assert.True(once.ContainsKey("id") && once.ContainsKey("schemas"));
            Assert.Equal(Json.Text(once), Json.Text(projection.Apply(once)));
        }, iter: 5_000, threads: 1);

    [Fact]
    public void Any_query_is_read_or_refused()
    {
        var parameters = Gen.Select(Gen.OneOf("filter", "sortBy", "sortOrder", "startIndex", "count", "cursor", "attributes", "excludedAttributes", "x"), Texts, Gen.Bool, (name, text, bare) => new KeyValuePair<string, string?>(name, bare ? null : text));
        parameters.Array[0, 5].Sample(query => Refused(() => ListQuery.FromParameters(query), out _), iter: 5_000, threads: 1);
        Documents.Sample(document =>
        {
            document["schemas"] = new JsonArray(SchemaUris.SearchRequest);
            if (TryBody(document, out var body))
                Refused(() => ListQuery.FromSearchRequest(body), out _);
        }, iter: 5_000, threads: 1);
    }

    private static Gen<JsonObject> Objects(int depth) => Gen.Select(Gen.OneOf(Names), Nodes(depth), (name, node) => (name, node)).Array[0, 5].Select(parts =>
    {
        var result = ScimJson.NewObject();
        foreach (var (name, node) in parts)
            result.TryAdd(name, node?.DeepClone());
        return result;
    });

    private static Gen<JsonNode?> Nodes(int depth) => depth == 0
        ? Leaves
        : Gen.Frequency<JsonNode?>(
            (3, Leaves),
            (2, Objects(depth - 1).Select(node => (JsonNode?)node)),
            (2, Nodes(depth - 1).Array[0, 3].Select(nodes => (JsonNode?)new JsonArray([.. nodes.Select(node => node?.DeepClone())]))));

    /// <summary>A copy of the document with the value at a place, counted in depth-first order, replaced.</summary>
    private static JsonObject Changed(JsonNode original, (int Place, JsonNode? Value)? change)
    {
        var document = original.DeepClone().AsObject();
        if (change is not { } made)
            return document;
        var places = new List<JsonNode>();
        Visit(document);
        if (places.Count > 0)
            places[made.Place % places.Count].ReplaceWith(made.Value?.DeepClone());
        return document;

        void Visit(JsonNode current)
        {
            foreach (var child in current switch { JsonObject values => values.Select(pair => pair.Value), JsonArray values => values, _ => [] })
            {
                if (child is null)
                    continue;
                places.Add(child);
                Visit(child);
            }
        }
    }

    /// <summary>The document as a body is read; false for what no body can be, such as a key twice.</summary>
    private static bool TryBody(JsonObject document, out JsonObject body) => Refused(() => Json.Body(document), out body!) is null;

    private static ScimException? Refused<T>(Func<T> action, out T? result)
    {
        result = default;
        try
        {
            result = action();
            return null;
        }
        catch (ScimException fault)
        {
            return fault;
        }
    }
}
