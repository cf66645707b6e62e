using Mig.Core;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.Images.Ingest;
using Mig.Store;

namespace Mig.Edits;

/// <summary>One disk of an image while it is changed: a view over the version before, which takes what is written.</summary>
internal sealed class DiskEdit : IDisposable
{
    private readonly ImageDisk _disk;
    private readonly LayoutSource _before;
    private readonly ObjectStore _store;
    private readonly OverlayTarget _overlay;
    private readonly Dictionary<int, VolumeEdit> _volumes = [];

    /// <param name="before">The disk of the version before; not owned, may serve several edits at once.</param>
    public DiskEdit(ImageDisk disk, LayoutSource before, ObjectStore store)
    {
        _disk = disk;
        _before = before;
        _store = store;
        _overlay = new OverlayTarget(before,
            FileTarget.CreateTemporary(Path.Combine(store.Folder, ObjectStore.TemporaryFolder), disk.Length));
    }

    public IFileSystemWriter OpenVolume(ImageVolume volume, Limits limits, TimeProvider clock)
    {
        if (!_volumes.TryGetValue(volume.Number, out VolumeEdit? edit))
            _volumes.Add(volume.Number, edit = VolumeEdit.Open(_overlay, _disk, volume, _store, limits, clock));
        return edit.Writer;
    }

    /// <summary>The disk with what was written to it so far.</summary>
    public IByteSource Content
    {
        get
        {
            foreach (VolumeEdit volume in _volumes.Values)
                volume.Writer.Commit();
            return _overlay;
        }
    }

    /// <summary>The disk as it is now, and what of it may differ.</summary>
    public EditedDisk Changed => new(_disk.Name, Content, [.. _overlay.GetChangedRanges()]);

    /// <summary>Makes ranges read as zeros, where something stands there.</summary>
    /// <param name="ranges">Ascending and disjoint.</param>
    /// <returns>Bytes that lay in blocks which were not zero.</returns>
    public long Zero(IEnumerable<ByteRange> ranges)
    {
        const int StepSize = 64 << 10;
        byte[] buffer = new byte[StepSize];
        long bytes = 0;
        IEnumerable<ByteRange> stored = Content.GetStoredRanges(new ByteRange(0, _disk.Length));
        List<ByteRange> wanted = [.. ByteRanges.Intersect(stored, ranges)];
        _store.Prefetch(wanted.SelectMany(_before.ReadPieces).Select(piece => piece.Blob));
        foreach (ByteRange range in wanted)
        {
            for (long offset = range.Offset; offset < range.End; offset += StepSize)
            {
                var step = ByteRange.FromBounds(offset, Math.Min(range.End, offset + StepSize));
                Span<byte> content = buffer.AsSpan(0, (int)step.Length);
                _overlay.ReadExactly(step.Offset, content);
                if (ZeroBytes.IsZero(content))
                    continue;
                _overlay.Zero(step);
                bytes += step.Length;
            }
        }

        return bytes;
    }

    /// <summary>Stores what is new.</summary>
    /// <returns>The disk as it is now; the same one when nothing changed.</returns>
    public ImageDisk Finish(IngestSession session)
    {
        var files = new List<LayoutPiece>();
        List<ImageVolume> volumes = [.. _disk.Volumes.Select(volume =>
            _volumes.TryGetValue(volume.Number, out VolumeEdit? edit) ? edit.Finish(session, files) : volume)];
        files.Sort(static (a, b) => a.Offset.CompareTo(b.Offset));
        List<ByteRange> ofFiles = [.. files.Select(piece => new ByteRange(piece.Offset, piece.Length))];
        List<ByteRange> rest = [.. ByteRanges.Subtract(_overlay.GetChangedRanges(), ofFiles)];
        ChangedResidue residue = ChangedResidue.Store(session, _before, _overlay, rest);
        List<ByteRange> replaced = [.. ByteRanges.Normalize(ofFiles.Concat(residue.Ranges))];
        IEnumerable<LayoutPiece> pieces = files.Where(piece => !piece.Blob.Value.IsNull).Concat(residue.Pieces)
            .OrderBy(piece => piece.Offset);
        LayoutId? layout = new LayoutEdit(_store, session.Writer, _disk.Length, replaced, pieces).Write(_disk.Layout);
        return _disk with { Layout = layout, Volumes = volumes };
    }

    public void Dispose()
    {
        foreach (VolumeEdit volume in _volumes.Values)
            volume.Dispose();
        _overlay.Dispose();
    }
}
