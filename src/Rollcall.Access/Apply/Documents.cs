using Rollcall.Access.Lists;
using Rollcall.Web.Api;

namespace Rollcall.Access.Apply;

/// <summary>A document of kind <c>access_list</c>: a list as it is to be.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Name">The list's name.</param>
/// <param name="Type">Its type, a value of <see cref="ListTypes"/>.</param>
/// <param name="Integration">The label that names its integration, or null.</param>
/// <param name="MadeByScim">Whether a label says that SCIM made it: then it may lack an owner.</param>
/// <param name="Definition">What it is to be; of its audit, the next date only if the document gives one.</param>
internal sealed record ListDocument(DocumentPlace Place, string Name, string Type, string? Integration, bool MadeByScim, ListDefinition Definition)
{
    /// <summary>The kind that stands in the document.</summary>
    public const string Kind = "access_list";

    /// <summary>The label that names a list's integration. Not kept among the list's labels.</summary>
    public const string IntegrationLabel = "rollcall/integration";

    /// <summary>The label of a list that SCIM made; its value is <c>scim</c>. Not kept among the list's labels.</summary>
    public const string MadeByLabel = "rollcall/made-by";

    /// <summary>Whether a label says something else than itself.</summary>
    public static bool IsReserved(string label) => label is IntegrationLabel or MadeByLabel;

    /// <summary>
    /// Whether a stored definition is what this document asks for; false also where only a closer look would tell. The date of the
    /// next review is left to the server where the document gives none.
    /// </summary>
    public bool IsPlainly(StoredDefinition stored) => _text.IsOf(stored.Json);

    /// <summary>An error about it.</summary>
    public DocumentError Error(string? field, string detail) => new(detail, Place.File, Place.Number, Place.Line, Place.Column, Kind, Name, field);

    // Shared by all copies of the document, wherever they stand.
    private readonly DefinitionText _text = new(Definition);
}

/// <summary>A document of kind <c>access_list_member</c>.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="List">The name of the list.</param>
/// <param name="MemberKind">A person, or a list.</param>
/// <param name="Name">The person's or list's name.</param>
/// <param name="Joined">Since when; null for the time at which it is added.</param>
/// <param name="Expires">From when on it has no effect, in microseconds since 1970, or null.</param>
/// <param name="Reason">Why, or null.</param>
internal sealed record MemberDocument(DocumentPlace Place, string List, MemberKind MemberKind, string Name, long? Joined, long? Expires, string? Reason)
{
    /// <summary>The kind that stands in the document.</summary>
    public const string Kind = "access_list_member";

    /// <summary>An error about it.</summary>
    public DocumentError Error(string? field, string detail) => new(detail, Place.File, Place.Number, Place.Line, Place.Column, Kind, Name, field);
}

/// <summary>All documents of a request: each list once, each member of a list once.</summary>
/// <param name="Lists">The lists, in the order of the documents.</param>
/// <param name="Members">The members, in the order of the documents.</param>
internal sealed record Documents(IReadOnlyList<ListDocument> Lists, IReadOnlyList<MemberDocument> Members)
{
    private const char ByteOrderMark = '\uFEFF';

    /// <summary>Reads files of documents.</summary>
    /// <param name="files">The files.</param>
    /// <param name="memory">What documents said before.</param>
    /// <exception cref="ApiException">400 with all that is wrong with them.</exception>
    public static Documents Read(IEnumerable<ApplyFile> files, DocumentMemory memory)
    {
        var errors = new DocumentErrors();
        var lists = new Dictionary<string, ListDocument>(StringComparer.Ordinal);
        var members = new Dictionary<(string List, MemberKind Kind, string Name), MemberDocument>();
        foreach (var file in files)
        {
            foreach (var document in Read(file, memory, errors))
            {
                switch (document)
                {
                    case ListDocument list when !lists.TryAdd(list.Name, list):
                        errors.Add(list.Error("metadata.name", $"There is a document for this access list already, {Tell(lists[list.Name].Place)}. Leave one out."));
                        break;
                    case MemberDocument member when !members.TryAdd(MemberKey.Of(member), member):
                        errors.Add(member.Error("spec.name", $"There is a document for this member of '{member.List}' already, {Tell(members[MemberKey.Of(member)].Place)}. Leave one out."));
                        break;
                }
            }
        }
        errors.ThrowIfAny();
        if (lists.Count + members.Count == 0)
            throw ApiException.BadRequest("There is no document. Give access lists and their members as YAML or JSON, one document each.");
        return new Documents([.. lists.Values], [.. members.Values]);
    }

    private static IEnumerable<object> Read(ApplyFile file, DocumentMemory memory, DocumentErrors errors)
    {
        var reader = new DocumentReader(errors);
        var number = 0;
        foreach (var (text, line) in DocumentParts.Of(file.Text.TrimStart(ByteOrderMark)))
        {
            if (memory.Find(text.Span) is { } known)
            {
                foreach (var (document, at, column) in known)
                    yield return At(document, new DocumentPlace(file.Name, ++number, at + line - 1, column));
                continue;
            }
            var read = new List<object?>();
            var part = text.ToString();
            var isWhole = new YamlReader(file.Name, part, line, errors).Read(node =>
                read.Add(reader.Read(node, new DocumentPlace(file.Name, ++number, node.Line, node.Column))));
            if (isWhole && !read.Contains(null))
                memory.Keep(part, [.. read.Select(document => new ReadDocument(document!, PlaceOf(document!).Line - line + 1, PlaceOf(document!).Column))]);
            foreach (var document in read.OfType<object>())
                yield return document;
            // What follows a part that can't be read may be part of it.
            if (!isWhole)
                yield break;
        }
    }

    private static DocumentPlace PlaceOf(object document) => document is ListDocument list ? list.Place : ((MemberDocument)document).Place;

    private static object At(object document, DocumentPlace place) => document is ListDocument list ? list with { Place = place } : (MemberDocument)document with { Place = place };

    private static string Tell(DocumentPlace place) => $"document {place.Number} of {place.File} at line {place.Line}";
}
