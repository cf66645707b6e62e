using Mig.Core;
using Mig.Store.Packs;

namespace Mig.Store;

/// <summary>Reads of objects and of parts of them: an object is checked against its id once for as long as its frame is kept.</summary>
public sealed partial class ObjectStore
{
    /// <summary>Reads a part of a blob; the whole blob is checked against its id first.</summary>
    /// <param name="start">Where in the blob the part begins.</param>
    /// <exception cref="CorruptStoreException">The blob is missing, damaged, or too short.</exception>
    public void ReadBlobPart(in BlobId id, int start, Span<byte> destination)
    {
        ObjectLocation location = Find(id.Value);
        if (location.Kind != ObjectKind.Blob || start < 0 || start > location.Length - destination.Length)
            throw new CorruptStoreException("STORE-003",
                $"object {id} is a {ObjectHeader.NameOf(location.Kind)} of {location.Length} bytes, bytes "
                + $"{start}..{(long)start + destination.Length} of a blob are needed; run mig fsck");
        ReadVerified(id.Value, location, start, destination);
    }

    /// <summary>
    /// Reads a part of a blob if it is in memory and was checked: without waiting for a disk, a decompression or another machine.
    /// </summary>
    /// <returns>False when it is not; then <see cref="ReadBlobPart"/> brings it.</returns>
    public bool TryReadBlobPart(in BlobId id, int start, Span<byte> destination)
    {
        if (!TryFind(id.Value, out ObjectLocation location) && _promised?.TryFind(id.Value, out location) != true)
            return false;
        if (location.Kind != ObjectKind.Blob || start < 0 || start > location.Length - destination.Length
            || _cache.TryAcquire(location.Index.GetFrame(location.Frame)) is not { } frame)
            return false;
        try
        {
            if (!frame.IsChecked(id.Value, location.Offset, location.Length))
                return false;
            frame.Buffer.AsSpan(location.Offset + start, destination.Length).CopyTo(destination);
            return true;
        }
        finally
        {
            _cache.Release(frame);
        }
    }

    private void ReadVerified(in ObjectId id, in ObjectLocation location, int start, Span<byte> destination)
    {
        (PackIndex index, int frame) = (location.Index, location.Frame);
        try
        {
            ReadAt(id, location, start, destination);
        }
        catch (CorruptStoreException e) when (HasMoved(e))
        {
            ReadAt(id, Find(id), start, destination);
        }
        catch (CorruptStoreException e) when (e.Code == DamagedPackCode && TryFind(id, out ObjectLocation other)
            && (other.Index != index || other.Frame != frame))
        {
            // Another pack has it, too.
            ReadAt(id, other, start, destination);
        }
    }

    private void ReadAt(in ObjectId id, in ObjectLocation location, int start, Span<byte> destination)
    {
        FramePlace place = location.Index.GetFrame(location.Frame);
        FrameCache.Frame frame = _cache.Acquire(place, _fill);
        try
        {
            ReadOnlySpan<byte> bytes = frame.Buffer.AsSpan(location.Offset, location.Length);
            if (!frame.IsChecked(id, location.Offset, location.Length))
            {
                CheckId(id, bytes, place);
                frame.SetChecked(id, location.Offset, location.Length);
            }

            bytes.Slice(start, destination.Length).CopyTo(destination);
        }
        finally
        {
            _cache.Release(frame);
        }
    }
}
