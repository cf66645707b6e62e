using Mig.Core;
using Mig.Store.Packs;

namespace Mig.Store;

/// <summary>Where objects are put: a store that keeps them, or one that forgets. May be used from several threads.</summary>
public interface IObjectSink
{
    /// <summary>Adds content, unless it is there already.</summary>
    /// <param name="id">The SHA-256 of <paramref name="bytes"/>, which the caller has computed.</param>
    /// <param name="key">Where it wants to stand among new ones.</param>
    /// <returns>True when it was new.</returns>
    bool AddBlob(in BlobId id, ReadOnlySpan<byte> bytes, in OrderKey key);

    /// <summary>Adds any object but a blob.</summary>
    ObjectId AddObject(ObjectKind kind, ReadOnlySpan<byte> payload);

    /// <summary>Does a share of the work that adding left over: for threads that have nothing else to do.</summary>
    /// <returns>False when there is none.</returns>
    bool Help();
}
