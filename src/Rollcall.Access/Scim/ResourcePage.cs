using System.Buffers;
using Rollcall.Scim;
using Rollcall.Scim.Messages;
using Rollcall.Scim.Projections;

namespace Rollcall.Access.Scim;

/// <summary>The resources of one response, written one after the other into pooled memory, in whatever order they are read.</summary>
/// <param name="count">How many there are.</param>
internal sealed class ResourcePage(int count = 1) : IDisposable
{
    private readonly PooledBuffer _buffer = new();
    private readonly (SequencePosition Start, SequencePosition End)[] _resources = new (SequencePosition, SequencePosition)[count];

    /// <summary>How many resources there are.</summary>
    public int Count => count;

    /// <summary>Where resources are written, each between <see cref="Begin"/> and <see cref="End"/>.</summary>
    public PooledBuffer Output => _buffer;

    /// <summary>Begins a resource.</summary>
    /// <param name="number">Its place on the page, from 0.</param>
    public void Begin(int number) => _resources[number].Start = _buffer.Position;

    /// <summary>Ends a resource.</summary>
    /// <param name="number">Its place on the page, from 0.</param>
    public void End(int number) => _resources[number].End = _buffer.Position;

    /// <summary>Adds a resource, narrowed to what is asked for.</summary>
    /// <param name="number">Its place on the page, from 0.</param>
    /// <param name="projection">What is asked for.</param>
    /// <param name="write">Writes the whole resource.</param>
    public void Add(int number, Projection projection, Action<PooledBuffer> write)
    {
        Begin(number);
        if (projection.IsDefault)
            write(_buffer);
        else
            _buffer.Add(Narrow(projection, write));
        End(number);
    }

    /// <summary>A resource, narrowed to what is asked for.</summary>
    /// <param name="projection">What is asked for.</param>
    /// <param name="write">Writes the whole resource.</param>
    public static byte[] Narrow(Projection projection, Action<PooledBuffer> write)
    {
        using var whole = new PooledBuffer();
        write(whole);
        var bytes = whole.Written.IsSingleSegment ? whole.Written.FirstSpan : whole.Written.ToArray();
        return ScimJson.ToUtf8(projection.Apply(ScimJson.ParseObject(bytes)));
    }

    /// <summary>The one resource of a response that is not a list.</summary>
    public ReadOnlySequence<byte> Single => PooledBuffer.Slice(_resources[0].Start, _resources[0].End);

    /// <summary>The list message around the resources, in parts that follow each other.</summary>
    /// <param name="envelope">What the message says besides.</param>
    public IEnumerable<ReadOnlySequence<byte>> Parts(ListResponse envelope)
    {
        // The head stands after the resources: what was written stays where it is.
        var start = _buffer.Position;
        envelope.WriteStart(_buffer, count);
        var comma = _buffer.Position;
        _buffer.Add(","u8);
        var end = _buffer.Position;
        _buffer.Add(ListResponse.End);
        var over = _buffer.Position;
        return All();

        IEnumerable<ReadOnlySequence<byte>> All()
        {
            yield return PooledBuffer.Slice(start, comma);
            for (var i = 0; i < count; i++)
            {
                if (i > 0)
                    yield return PooledBuffer.Slice(comma, end);
                yield return PooledBuffer.Slice(_resources[i].Start, _resources[i].End);
            }
            yield return PooledBuffer.Slice(end, over);
        }
    }

    public void Dispose() => _buffer.Dispose();
}
