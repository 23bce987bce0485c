using System.Buffers;
using System.IO.Pipelines;
using CsCheck;
using Rollcall.Access.Scim;

namespace Rollcall.Access.Tests.Scim;

public sealed class PipeBlocksTests
{
    [Fact]
    public async Task Pieces_OfAnySize_ArriveWholeAndInOrder() =>
        await Gen.Select(Gen.Byte.Array[0, 40].List[0, 50], Gen.Int[1, 200]).SampleAsync(async (pieces, most) =>
        {
            var pipe = new Pipe(new PipeOptions(minimumSegmentSize: 16, pauseWriterThreshold: 0, useSynchronizationContext: false));
            var blocks = new PipeBlocks(pipe.Writer);
            foreach (var piece in pieces)
            {
                blocks.Add(piece);
                if (blocks.Unsent >= most)
                    await blocks.FlushAsync(TestContext.Current.CancellationToken);
            }
            await blocks.FlushAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, blocks.Unsent);
            await pipe.Writer.CompleteAsync();
            var read = await pipe.Reader.ReadAtLeastAsync(int.MaxValue, TestContext.Current.CancellationToken);
            Assert.Equal(pieces.SelectMany(piece => piece), read.Buffer.ToArray());
        });
}
