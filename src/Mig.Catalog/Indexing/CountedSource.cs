using Mig.Core;
using Mig.Store;

namespace Mig.Catalog.Indexing;

/// <summary>Tells how much was read.</summary>
internal sealed class CountedSource(IObjectSource source, IProgressSink progress) : IObjectSource
{
    public ReadOnlyMemory<byte> ReadPayload(in ObjectId id, ObjectKind kind)
    {
        ReadOnlyMemory<byte> payload = source.ReadPayload(id, kind);
        progress.Advance(payload.Length);
        return payload;
    }
}
