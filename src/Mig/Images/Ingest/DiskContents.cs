using Mig.Core;
using Mig.FileSystems;
using Mig.History.Layouts;
using Mig.Store;
using Mig.Store.Content;

namespace Mig.Images.Ingest;

/// <summary>Where on a disk the contents stand that no store has: in files, or in residue. Keeps the disk's file systems open.</summary>
internal sealed class DiskContents(ScratchStore store, IByteSource disk) : IBlobPlaces, IDisposable
{
    private readonly Dictionary<BlobId, FilePlace> _files = [];
    private readonly Dictionary<BlobId, int> _residueStarts = [];
    private readonly List<IFileSystem> _fileSystems = [];
    private List<LayoutPiece> _residue = [];

    /// <summary>Takes over what an ingest found.</summary>
    /// <param name="residue">Ascending.</param>
    public void Take(IEnumerable<OpenVolume> volumes, List<LayoutPiece> residue)
    {
        foreach (OpenVolume volume in volumes.Where(volume => volume.FileSystem is not null))
        {
            _fileSystems.Add(volume.FileSystem!);
            volume.Scan?.Files.ForEach(file => Take(volume, file));
        }

        _residue = residue;
        for (int i = 0; i < residue.Count; i++)
        {
            if (!store.IsKept(residue[i].Blob.Value))
                _residueStarts.TryAdd(residue[i].Blob, i);
        }
    }

    /// <inheritdoc/>
    public bool TryFind(in BlobId id, out int length, out long order)
    {
        (length, order) = (0, 0);
        if (_files.TryGetValue(id, out FilePlace place))
            (length, order) = (place.Length, place.Order);
        else if (_residueStarts.TryGetValue(id, out int start))
            (length, order) = (LengthOf(id, start), _residue[start].Offset);
        else
            return false;
        return true;
    }

    /// <inheritdoc/>
    public void Read(in BlobId id, Span<byte> destination)
    {
        if (_files.TryGetValue(id, out FilePlace place))
        {
            place.FileSystem.ReadContent(place.Node, place.FileOffset, destination);
            return;
        }

        for (int i = _residueStarts[id], done = 0; done < destination.Length; i++)
        {
            LayoutPiece piece = _residue[i];
            if (piece.Blob != id)
                continue;
            disk.ReadExactly(piece.Offset, destination.Slice(piece.BlobOffset, (int)piece.Length));
            done += (int)piece.Length;
        }
    }

    public void Dispose() => _fileSystems.ForEach(fileSystem => fileSystem.Dispose());

    // A blob of short runs has them all in one leaf of the layout, others in between.
    private int LengthOf(in BlobId id, int start)
    {
        int length = 0;
        for (int i = start; i < _residue.Count
            && _residue[i].Offset / LayoutFormat.LeafSize == _residue[start].Offset / LayoutFormat.LeafSize; i++)
        {
            if (_residue[i].Blob != id)
                continue;
            if (_residue[i].BlobOffset < length)
                break;
            length = (int)(_residue[i].BlobOffset + _residue[i].Length);
        }

        return length;
    }

    private void Take(OpenVolume volume, ScannedFile file)
    {
        if (file.Content.List is { } list)
        {
            if (store.IsKept(list.Value))
                return;
            long offset = 0;
            foreach (Chunk chunk in ChunkList.ReadChunks(store, list))
            {
                if (!chunk.IsHole)
                    Add(chunk.Blob, volume, file, offset, (int)chunk.Length);
                offset += chunk.Length;
            }
        }
        else if (file is { Size: > 0, Content.Sha256: { } sha256 })
        {
            Add(new BlobId(sha256), volume, file, 0, (int)file.Size);
        }
    }

    private void Add(in BlobId blob, OpenVolume volume, ScannedFile file, long offset, int length)
    {
        if (!store.IsKept(blob.Value))
            _files.TryAdd(blob, new FilePlace(
                volume.FileSystem!, file.Node, offset, length, volume.Partition.Range.Offset + Math.Max(0, file.FirstOffset) + offset));
    }

    private readonly record struct FilePlace(IFileSystem FileSystem, long Node, long FileOffset, int Length, long Order);
}
