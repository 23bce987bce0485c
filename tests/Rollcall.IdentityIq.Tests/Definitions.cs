using System.Text.Json.Nodes;
using CsCheck;

namespace Rollcall.IdentityIq.Tests;

/// <summary>Random definitions, of all that XML can carry.</summary>
internal static class Definitions
{
    private const string Characters = "aZ0 <>&\"'\n\t\r]-{}$€ß";

    private static readonly Gen<string> Text =
        Gen.OneOf(Gen.String[Gen.Char[Characters], 0, 12], Gen.Const("]]>"), Gen.Const("--"), Gen.Const("😀"), Gen.Const(" "), Gen.Const(""));

    private static readonly Gen<string> Name = Gen.String[Gen.Char["abcXYZ.:-_ 9"], 1, 8].Select(text => "n" + text);

    private static readonly Gen<bool?> Flag = Pick<bool?>(null, true, false);

    private static readonly Gen<JsonNode?> Value = Gen.Recursive<JsonNode?>((depth, inner) => depth > 3
        ? Text.Select(text => (JsonNode?)text)
        : Gen.OneOf(
            Text.Select(text => (JsonNode?)text),
            Gen.Bool.Select(flag => (JsonNode?)flag),
            Gen.Int.Select(number => (JsonNode?)number),
            Gen.Const((JsonNode?)null),
            inner.Array[0, 3].Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())])),
            Gen.Select(Name, inner).Array[0, 3].Select(members => (JsonNode?)Object(members))));

    /// <summary>For XML.</summary>
    public static Gen<ApplicationDefinition> OfXml { get; } = Make(isXml: true);

    /// <summary>For JSON: without what only IdentityIQ knows.</summary>
    public static Gen<ApplicationDefinition> OfJson { get; } = Make(isXml: false);

    private static Gen<ApplicationDefinition> Make(bool isXml)
    {
        var remainder = isXml ? XmlRemainder : JsonRemainder;
        var reference = Gen.Select(Name, Pick(false, true), (name, hasId) => new ObjectReference(name)
        {
            Remainder = !hasId ? new Remainder() : isXml ? new Remainder { XmlAttributes = new Dictionary<string, string> { ["id"] = "7" } } : new Remainder { JsonMembers = new JsonObject { ["id"] = "7" } },
        });
        var schema = Schema(isXml, remainder);
        var form = Form(isXml, remainder);
        var core = Gen.Select(Name, Authentication, Optional(Text), Map, Gen.Select(Optional(Text), Optional(Text), Optional(Text), Optional(Text)), Gen.Select(Flag, Flag, Flag, Flag, Flag),
            Gen.Select(Number(1), Number(1), Number(0), Number(0)), Optional(Text.List[0, 3]),
            (name, authentication, url, headers, texts, flags, numbers, errors) => new ApplicationDefinition
            {
                Name = name,
                Type = isXml ? name : "SCIM 2.0",
                Authentication = authentication,
                BaseUrl = url,
                CustomHeaders = headers,
                Accept = texts.Item1,
                ContentType = texts.Item2,
                AccountFilter = texts.Item3,
                AggregationRootPath = texts.Item4,
                ExplicitAttributes = flags.Item1,
                RelaxConfiguration = flags.Item2,
                UsePatch = flags.Item3,
                SkipGroupUpdate = flags.Item4,
                UpdateGroupsViaUsers = flags.Item5,
                PageSize = numbers.Item1,
                TimeoutMinutes = numbers.Item2,
                ProvisioningMaxRetries = numbers.Item3,
                ProvisioningRetryThreshold = numbers.Item4,
                RetryableErrors = errors,
            });
        return Gen.Select(core, Optional(Text), Optional(reference), Gen.Select(schema, schema), form.List[0, 2], Gen.Select(Name, Value).Array[0, 4],
            Gen.Select(Optional(reference), Gen.Select(Name, Name, (identity, account) => new CorrelationRule(identity, account)).List[0, 2]), Gen.Select(remainder, remainder),
            (definition, description, owner, schemas, forms, attributes, correlation, remainders) => definition with
            {
                Description = description,
                Owner = owner,
                Schemas = [schemas.Item1 with { ObjectType = "account" }, schemas.Item2 with { ObjectType = "group" }],
                Forms = forms,
                Attributes = Object(attributes),
                Correlation = correlation.Item1 is null ? null : new Correlation { Reference = correlation.Item1, Rules = correlation.Item2, Remainder = correlation.Item2.Count > 0 ? remainders.Item1 : new Remainder() },
                Remainder = remainders.Item2,
                OtherObjects = isXml && definition.UsePatch is true ? ["<TaskDefinition name=\"t\"> <a> text </a> </TaskDefinition>"] : [],
            });
    }

    private static Gen<Authentication> Authentication => Gen.Select(Gen.Enum<AuthenticationType>(), Optional(Text), Optional(Name), Optional(Text), Map, Map, Name.List[0, 2],
        (type, url, client, user, headers, parameters, omitted) => new Authentication
        {
            Type = type,
            TokenUrl = url,
            ClientId = client,
            UserName = type is AuthenticationType.Basic or AuthenticationType.Password ? user : null,
            TokenHeaders = headers,
            TokenParameters = parameters,
            OmittedTokenParameters = [.. omitted.Select(name => name.Trim())],
        });

    private static Gen<ObjectSchema> Schema(bool isXml, Gen<Remainder> remainder)
    {
        var types = isXml ? Gen.Enum<SchemaAttributeType>() : Pick(SchemaAttributeType.String, SchemaAttributeType.Int, SchemaAttributeType.Long, SchemaAttributeType.Boolean, SchemaAttributeType.Date);
        var attribute = Gen.Select(types, Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool, Gen.Bool), Optional(Name), Optional(Text), remainder,
            (type, flags, target, description, rest) => new SchemaAttribute
            {
                Name = "",
                Type = type,
                MultiValued = flags.Item1,
                Entitlement = flags.Item2,
                Managed = isXml ? flags.Item3 : flags.Item2,
                Required = isXml && flags.Item4,
                SchemaObjectType = target,
                Description = description,
                Remainder = rest,
            });
        return Gen.Select(attribute.Array[0, 3], Optional(Name), Optional(Text), Optional(Name), remainder, (attributes, native, identity, display, rest) => new ObjectSchema
        {
            ObjectType = "",
            NativeObjectType = native,
            IdentityAttribute = identity,
            DisplayAttribute = display,
            Attributes = [.. attributes.Select((one, i) => one with { Name = $"attribute {i}" })],
            Remainder = rest,
        });
    }

    private static Gen<ProvisioningForm> Form(bool isXml, Gen<Remainder> remainder)
    {
        var field = Gen.Select(Optional(Text), Gen.Select(Gen.Bool, Gen.Bool), Gen.Int[0, 4], Name, Text, remainder, (type, flags, kind, name, text, rest) => new FormField
        {
            Name = "",
            Type = type,
            Required = flags.Item1,
            MultiValued = flags.Item2,
            IdentityAttribute = kind == 0 ? "email" : kind == 1 ? name : null,
            Script = isXml && kind == 2 ? text + ";" : null,
            ScriptLanguage = isXml && kind == 2 && flags.Item1 ? "beanshell" : null,
            Value = kind == 3 ? text : null,
            Remainder = rest,
        });
        var section = Gen.Select(Optional(Name), field.Array[1, 3], remainder, (name, fields, rest) => (Name: name, Fields: fields, Kept: rest));
        return Gen.Select(Pick("Create", "Update", "ChangePassword"), Optional(Name), section.Array[0, isXml ? 3 : 1], remainder, (type, name, sections, rest) => new ProvisioningForm
        {
            Type = type,
            Name = name,
            ObjectType = "account",
            Sections = [.. sections.Select((one, i) => new FormSection
            {
                // Fields outside of a section stand before those within one.
                Name = !isXml || (i == 0 && one.Name is null) ? null : one.Name ?? "",
                Remainder = !isXml || (i == 0 && one.Name is null) ? new Remainder() : one.Kept,
                Fields = [.. one.Fields.Select((field, j) => field with { Name = $"field {i} {j}" })],
            })],
            Remainder = rest,
        });
    }

    private static Gen<Remainder> XmlRemainder => Gen.Select(Gen.Select(Pick("icon", "created", "{http://www.w3.org/XML/1998/namespace}lang"), Text).Array[0, 2], Gen.Bool, (attributes, hasElement) => new Remainder
    {
        XmlAttributes = attributes.DistinctBy(attribute => attribute.Item1).OrderBy(attribute => attribute.Item1, StringComparer.Ordinal).ToDictionary(attribute => attribute.Item1, attribute => attribute.Item2),
        XmlElements = hasElement ? ["<Odd x=\"1\">a <b />\n  <c>d</c></Odd>"] : [],
    });

    private static Gen<Remainder> JsonRemainder => Gen.Select(Name, Value).Array[0, 2].Select(members => new Remainder { JsonMembers = Object(members) });

    private static Gen<IReadOnlyDictionary<string, string>> Map =>
        Gen.Select(Name, Text).Array[0, 3].Select(entries => (IReadOnlyDictionary<string, string>)entries.DistinctBy(entry => entry.Item1).ToDictionary(entry => entry.Item1, entry => entry.Item2));

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<int?> Number(int least) => Gen.OneOf(Gen.Const((int?)null), Gen.Int[least, 1000].Select(number => (int?)number));

    private static Gen<T?> Optional<T>(Gen<T> gen)
        where T : class => Gen.OneOf(Gen.Const((T?)null), gen.Select(value => (T?)value));

    private static JsonObject Object((string, JsonNode?)[] members) => new(members.DistinctBy(member => member.Item1).Select(member => KeyValuePair.Create(member.Item1, member.Item2?.DeepClone())));
}
