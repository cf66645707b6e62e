using Mig.Core;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.Store;

namespace Mig.Images.Ingest;

/// <summary>Where a version says what stands on its disk: looked up by ranges of the disk.</summary>
internal sealed class KnownLayout(ObjectStore store, ImageDisk disk)
{
    private readonly List<LayoutPiece> _pieces =
        [.. LayoutReader.ReadPieces(store, disk.Layout, disk.Length, new ByteRange(0, disk.Length))];

    /// <summary>Tells whether the version has nothing but zeros there.</summary>
    public bool IsZero(ByteRange range)
    {
        int first = FirstAfter(range.Offset);
        return first == _pieces.Count || _pieces[first].Offset >= range.End;
    }

    /// <summary>Returns the first piece of a range, as a whole; null when all of it is zero.</summary>
    public LayoutPiece? FindFirst(ByteRange range) => IsZero(range) ? null : _pieces[FirstAfter(range.Offset)];

    /// <summary>Tells whether all of a range is one stretch of a blob.</summary>
    /// <param name="blobOffset">Where in the blob it begins.</param>
    public bool IsPartOf(ByteRange range, in BlobId blob, long blobOffset)
    {
        long at = range.Offset;
        for (int i = FirstAfter(at); at < range.End && i < _pieces.Count; i++)
        {
            LayoutPiece piece = _pieces[i];
            if (piece.Offset > at || piece.Blob != blob || piece.BlobOffset + at - piece.Offset != blobOffset + at - range.Offset)
                return false;
            at = piece.End;
        }

        return at >= range.End;
    }

    /// <summary>Copies the pieces of a range; what none covers becomes one with a null blob.</summary>
    public void Take(ByteRange range, List<LayoutPiece> pieces)
    {
        long covered = range.Offset;
        for (int i = FirstAfter(range.Offset); i < _pieces.Count && _pieces[i].Offset < range.End; i++)
        {
            LayoutPiece piece = _pieces[i];
            ByteRange part = range.Intersect(new ByteRange(piece.Offset, piece.Length));
            if (part.Offset > covered)
                pieces.Add(new LayoutPiece(covered, part.Offset - covered, default, 0));
            pieces.Add(new LayoutPiece(part.Offset, part.Length, piece.Blob, (int)(piece.BlobOffset + part.Offset - piece.Offset)));
            covered = part.End;
        }

        if (covered < range.End)
            pieces.Add(new LayoutPiece(covered, range.End - covered, default, 0));
    }

    private int FirstAfter(long offset) => SortedSearch.First(_pieces.Count, i => _pieces[i].End > offset);
}
