using Mig.Core;

namespace Mig.Edits.Operations;

/// <summary>Content that is in memory.</summary>
public sealed record BytesContent(ReadOnlyMemory<byte> Bytes) : FileContent
{
    internal override void Read(Action<IByteSource> read)
    {
        using var source = new MemorySource(Bytes);
        read(source);
    }
}
