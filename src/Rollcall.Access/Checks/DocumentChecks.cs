using System.Text.Json;
using Rollcall.Access.Lists;
using Rollcall.Access.Users;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Web.Api;

namespace Rollcall.Access.Checks;

/// <summary>The JSON that is stored, against the columns and the comparison document that are made from it.</summary>
internal static class DocumentChecks
{
    /// <summary>Users: name, ids, addresses, whether active, comparison document.</summary>
    public static StoreCheck Users { get; } = new(
        "user-documents", "What filters look at is what a User's document says.", Remedies.Derived,
        session => StoreCheck.CountRowsAsync(session, ["users"]), FindUsersAsync);

    /// <summary>Lists: document, title, owners and comparison document, against the definition.</summary>
    public static StoreCheck Lists { get; } = new(
        "list-documents", "What a list shows, and filters look at, is what its definition says.", Remedies.Derived,
        session => StoreCheck.CountRowsAsync(session, ["lists"]), FindListsAsync);

    private static async ValueTask FindUsersAsync(Session session, Action<string> tell)
    {
        var addresses = (await session.ListAsync("select user_id, value_key from user_emails", row => (User: row.GetInt64(0), Key: row.GetString(1))))
            .ToLookup(address => address.User, address => address.Key);
        await session.EachAsync(
            "select id, scim_id, user_name, user_name_key, external_id, display_name_key, active, document, search from users order by id",
            row =>
            {
                var id = row.GetInt64(0);
                var wrong = Differences(() =>
                {
                    var document = ScimJson.ParseObject(row.GetFieldValue<byte[]>(7));
                    var made = UserDocument.From(row.GetString(1), document);
                    return
                    [
                        ("id", (string?)document["id"] == row.GetString(1)),
                        ("userName", made.UserName == row.GetString(2) && made.UserNameKey == row.GetString(3)),
                        ("externalId", made.ExternalId == Text(row, 4)),
                        ("displayName", made.DisplayNameKey == Text(row, 5)),
                        ("active", made.Active == row.GetBoolean(6)),
                        ("comparison document", made.Search == row.GetString(8)),
                        ("addresses", made.EmailKeys.Order(StringComparer.Ordinal).SequenceEqual(addresses[id].Order(StringComparer.Ordinal))),
                    ];
                });
                if (wrong is not null)
                    tell($"user {id}, differs {wrong}");
            });
    }

    private static async ValueTask FindListsAsync(Session session, Action<string> tell)
    {
        var owners = (await session.ListAsync(
            """
            select o.list_id, o.kind, coalesce(p.name_key, l.name) from owners o
            left join people p on o.kind = 2 and p.id = o.owner_id left join lists l on o.kind = 1 and l.id = o.owner_id
            order by o.list_id, o.position
            """,
            row => (List: row.GetInt64(0), Kind: (MemberKind)row.GetInt32(1), Name: Text(row, 2)))).ToLookup(owner => owner.List);
        await session.EachAsync("select id, scim_id, external_id, name, title, title_key, definition, document, search from lists order by id", row =>
        {
            var id = row.GetInt64(0);
            var wrong = Differences(() =>
            {
                var definition = JsonSerializer.Deserialize<ListDefinition>(row.GetString(6), ApiJson.Options)!;
                var document = GroupDocument.Build(Text(row, 1) ?? "", Text(row, 2), row.GetString(3), definition);
                var defined = definition.Owners.Select(owner => (owner.Kind, owner.Kind == MemberKind.Person ? ScimText.Fold(owner.Name) : owner.Name));
                return
                [
                    ("title", definition.Title == row.GetString(4) && ScimText.Fold(definition.Title) == row.GetString(5)),
                    ("document", document.AsSpan().SequenceEqual(row.GetFieldValue<byte[]>(7))),
                    ("comparison document", GroupDocument.Search(document) == row.GetString(8)),
                    ("owners", defined.SequenceEqual(owners[id].Select(owner => (owner.Kind, owner.Name ?? "")))),
                ];
            });
            if (wrong is not null)
                tell($"list {id}, differs {wrong}");
        });
    }

    // What can't be read at all is told like what is wrong: the check goes on.
    private static string? Differences(Func<(string Name, bool IsRight)[]> compare)
    {
        try
        {
            return compare().Where(part => !part.IsRight).Select(part => part.Name).ToList() is { Count: > 0 } wrong ? string.Join(" and ", wrong) : null;
        }
        catch (Exception exception) when (exception is JsonException or ScimException or InvalidOperationException or NullReferenceException)
        {
            return "its JSON, which can't be read";
        }
    }

    private static string? Text(System.Data.Common.DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
