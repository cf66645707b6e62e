using Mig.Core;

namespace Mig.Edits.Operations;

/// <summary>Content that is in memory.</summary>
public sealed record BytesContent(ReadOnlyMemory<byte> Bytes) : FileContent
{
    internal override IByteSource Open() => new MemorySource(Bytes);
}
