using CsCheck;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Tests.Filters;

/// <summary>Random filters and orders that meet what a <see cref="RandomWorld"/> holds, ids and times included.</summary>
internal static class QueryPlans
{
    private const string Operators = "eq ne gt ge lt le";
    private const string TextOperators = "eq ne co sw ew gt ge lt le";

    // A blank stands for a random operator, # for a random number.
    private static readonly string[] Common =
    [
        "meta pr", "meta.resourceType eq \"User\"", "meta.resourceType ne \"group\"", "meta.version # \"W/\\\"2\\\"\"", "meta.version sw \"W/\\\"1\"", "schemas pr",
        "schemas eq \"urn:ietf:params:scim:schemas:core:2.0:User\"", "schemas eq \"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\"", "schemas ne \"urn:ietf:params:scim:schemas:core:2.0:Group\"",
        "schemas co \"AccessList\"", "externalId # \"A\\u0308nne\"", "externalId # \"\u00C4nne\"", "displayName co \"ann\"", "id pr", "externalId pr", "externalId co \"\"",
    ];

    private static readonly string[] OfUsers =
    [
        .. Common,
        "id # \"{user:#}\"", "groups.value # \"{group:#}\"", "groups # \"{group:#}\"", "groups.$ref # \"{groupRef:#}\"", "groups.display co \"ann\"", "groups.display # \"anna1\"", "groups.type eq \"direct\"", "groups.type ne \"indirect\"",
        "groups pr", "groups.display pr", "groups[value eq \"{group:#}\" and display co \"a\"]", "groups[not (value eq \"{group:#}\")]", "groups[type eq \"direct\" or value eq \"x\"]", "groups.value eq null", "not (groups.value eq \"{group:#}\")",
        "meta.created * \"{userTime:#}\"", "meta.lastModified * \"{userTime:#}\"", "meta.lastModified * \"{groupTime:#}\"", "meta.location # \"{userRef:#}\"", "meta.location co \"{user:#}\"",
        "emails[value eq \"anna\" and type eq \"WORK\"]", "emails[value eq \"anna\" or type eq \"home\"]", "emails.value eq \"ANNA\"", "emails ne \"anna\"", "not (emails.value ne \"anna\")", "emails[primary eq false]", "emails.value pr",
        "active eq true", "active ne true", "userName ew \"#1\"", "userName gt \"b\"", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq \"anna\"", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User pr", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager pr",
    ];

    private static readonly string[] OfGroups =
    [
        .. Common,
        "id # \"{group:#}\"", "members.value # \"{user:#}\"", "members # \"{group:#}\"", "members.$ref # \"{userRef:#}\"", "members.$ref sw \"{groupRef:#}\"", "members.display co \"#\"", "members.display # \"anna1\"", "members.type eq \"Group\"", "members.type ne \"user\"",
        "members pr", "members.display pr", "not (members pr)", "members[type eq \"group\" and value eq \"{group:#}\"]", "members[value eq \"{user:#}\" and display co \"a\"]", "members[not (type eq \"User\")]", "members.value eq null",
        "meta.created * \"{groupTime:#}\"", "meta.lastModified * \"{groupTime:#}\"", "meta.location # \"{groupRef:#}\"", "displayName # \"ANNA1\"", "displayName # \"stra\u00DFe2\"", "displayName gt \"\uE000\"",
        $"{SchemaUris.AccessList}:memberCount * 2", $"{SchemaUris.AccessList}:memberCount eq 0", $"{SchemaUris.AccessList}:memberCount pr", $"{SchemaUris.AccessList}:roles eq \"anna\"", $"{SchemaUris.AccessList}:roles ne \"anna\"", $"{SchemaUris.AccessList}:roles co \"a\"",
        $"{SchemaUris.AccessList}:owners eq \"ANNA\"", $"{SchemaUris.AccessList}:traits sw \"a=\"", $"{SchemaUris.AccessList}:description # \"anna\"", $"{SchemaUris.AccessList}:name co \"-1-\"", $"{SchemaUris.AccessList} pr", $"{SchemaUris.AccessList}:description pr",
    ];

    public static Gen<string> Filters(ResourceType type)
    {
        var terms = Gen.OneOf(Generators.FilterTexts(type), Templates(type.Name == "User" ? OfUsers : OfGroups));
        return Gen.Frequency<string>(
            (4, terms),
            (1, terms.Select(term => $"not ({term})")),
            (1, Gen.Select(terms, terms, (left, right) => $"({left}) and not ({right})")),
            (1, Gen.Select(terms, terms, (left, right) => $"({left}) or ({right})")));
    }

    /// <summary>Attributes to sort by. Members and groups stand in tables of their own: there is no order by them.</summary>
    public static Gen<string> SortPaths(ResourceType type)
    {
        IEnumerable<(string Prefix, ScimAttribute Attribute)> attributes =
        [
            .. type.Schema.Attributes.Where(attribute => attribute.Name is not ("groups" or "members")).Select(attribute => ("", attribute)),
            ("", CommonAttributes.Schemas),
            .. type.Extensions.SelectMany(extension => extension.Schema.Attributes.Select(attribute => ($"{extension.Schema.Id}:", attribute))),
        ];
        return Gen.OneOf([.. attributes.SelectMany(candidate => candidate.Attribute.SubAttributes.Select(sub => $"{candidate.Prefix}{candidate.Attribute.Name}.{sub.Name}").Prepend(candidate.Prefix + candidate.Attribute.Name))]);
    }

    private static Gen<string> Templates(string[] templates) => Gen.Select(Gen.OneOf(templates), Gen.OneOf(TextOperators.Split(' ')), Gen.OneOf(Operators.Split(' ')), Gen.Int[0, 30],
        (template, word, order, number) => template
            .Replace(" # ", $" {word} ", StringComparison.Ordinal)
            .Replace(" * ", $" {order} ", StringComparison.Ordinal)
            .Replace(":#}", $":{number}}}", StringComparison.Ordinal));
}
