using Microsoft.AspNetCore.Http;
using Rollcall.Web;
using Rollcall.Web.Api;
using Rollcall.Web.Faults;

namespace Rollcall.Access.Apply;

/// <summary>Where a document stands.</summary>
/// <param name="File">The file's name as it was given.</param>
/// <param name="Number">The document's number in the file, from 1; empty ones don't count.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
internal readonly record struct DocumentPlace(string File, int Number, int Line, int Column);

/// <summary>One thing that is wrong with the documents. The members are those of the API.</summary>
/// <param name="Detail">What is wrong and what to do.</param>
/// <param name="File">The file's name; null where it is not about one document.</param>
/// <param name="Document">The document's number in the file, from 1; null where the file can't be taken apart.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Kind">The document's kind, as far as it is known.</param>
/// <param name="Name">The name of the access list or member, as far as it is known.</param>
/// <param name="Field">Which value is wrong, such as <c>spec.owners[0].name</c>.</param>
internal sealed record DocumentError(
    string Detail, string? File = null, int? Document = null, int? Line = null, int? Column = null, string? Kind = null, string? Name = null, string? Field = null);

/// <summary>Gathers what is wrong with the documents, so that a person can mend all of it at once.</summary>
internal sealed class DocumentErrors
{
    /// <summary>So many are told; of the others, how many there are.</summary>
    public const int MaxTold = 100;

    private readonly List<DocumentError> _errors = [];
    private int _count;

    /// <summary>Whether nothing was wrong so far.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Notes an error. What it repeats of the documents is kept short.</summary>
    public void Add(DocumentError error)
    {
        _count++;
        if (_errors.Count < MaxTold)
            _errors.Add(error with { File = error.File?.Truncate(), Kind = error.Kind?.Truncate(), Name = error.Name?.Truncate(), Field = error.Field?.Truncate() });
    }

    /// <summary>Ends the request if anything was wrong.</summary>
    /// <exception cref="ApiException">400 with the member <c>errors</c>.</exception>
    public void ThrowIfAny()
    {
        if (_count == 0)
            return;
        var what = _count == 1 ? "1 thing is" : $"{_count:N0} things are";
        var told = _count > MaxTold ? $" The first {MaxTold} of them:" : "";
        throw new ApiException(new Fault(StatusCodes.Status400BadRequest, $"Nothing was changed: {what} wrong with the documents.{told}")
        {
            Extensions = new Dictionary<string, object> { ["errors"] = _errors },
        });
    }
}
