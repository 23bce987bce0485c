using Rollcall.Scim;
using Rollcall.Scim.Messages;
using Rollcall.Scim.Projections;

namespace Rollcall.Access.Scim;

/// <summary>The resources of one response, written one after the other into pooled memory.</summary>
/// <param name="projection">The attributes that are asked for.</param>
internal sealed class ResourcePage(Projection projection) : IDisposable
{
    private readonly PooledBuffer _buffer = new();
    private readonly List<Range> _resources = [];

    /// <summary>Adds a resource, narrowed to what is asked for.</summary>
    public void Add(Action<PooledBuffer> write)
    {
        var start = _buffer.Length;
        if (projection.IsDefault)
        {
            write(_buffer);
        }
        else
        {
            using var whole = new PooledBuffer();
            write(whole);
            _buffer.Add(ScimJson.ToUtf8(projection.Apply(ScimJson.ParseObject(whole.Written.Span))));
        }
        _resources.Add(start.._buffer.Length);
    }

    /// <summary>The one resource of a response that is not a list.</summary>
    public ReadOnlyMemory<byte> Single => _buffer.Written[_resources[0]];

    /// <summary>Writes the list message.</summary>
    public void Write(PooledBuffer output, long total, long startIndex) =>
        new ListResponse { TotalResults = total, StartIndex = startIndex }.Write(output, [.. _resources.Select(range => _buffer.Written[range])]);

    public void Dispose() => _buffer.Dispose();
}
