using Mig.Core;
using Mig.Store.Packs;

namespace Mig.Store;

/// <summary>Keeps nothing: tells which id an object has. May be used from several threads.</summary>
public sealed class HashingSink : IObjectSink
{
    public static HashingSink Instance { get; } = new();

    /// <inheritdoc/>
    public bool AddBlob(in BlobId id, ReadOnlySpan<byte> bytes, in OrderKey key) => false;

    /// <inheritdoc/>
    public ObjectId AddObject(ObjectKind kind, ReadOnlySpan<byte> payload) => ObjectId.Of(ObjectHeader.Wrap(kind, payload));

    /// <inheritdoc/>
    public bool Help() => false;
}
