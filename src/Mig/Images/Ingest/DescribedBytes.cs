using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.Store;

namespace Mig.Images.Ingest;

/// <summary>
/// Compares a disk with a version of it whose layout has other pieces: an edit cuts what it changed more finely than a commit does.
/// </summary>
internal static class DescribedBytes
{
    private const int StepSize = 1 << 20;

    /// <summary>Tells whether the bytes are the same. Only what is described differently is read, up to the first difference.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="pieces">What is kept of it, ascending; the rest is zero.</param>
    /// <exception cref="CorruptStoreException">Something of the version is missing or damaged.</exception>
    public static bool AreEqual(ObjectStore store, ImageDisk known, IByteSource disk, IReadOnlyList<LayoutPiece> pieces)
    {
        var before = new LayoutSource(store, known.Layout, known.Length);
        List<LayoutPiece> old = [.. LayoutReader.ReadPieces(store, known.Layout, known.Length, new ByteRange(0, known.Length))];
        byte[] left = new byte[StepSize], right = new byte[StepSize];
        foreach (LayoutChange change in LayoutDiff.ComparePieces(old, pieces))
        {
            for (long offset = change.Range.Offset; offset < change.Range.End; offset += StepSize)
            {
                int length = (int)Math.Min(StepSize, change.Range.End - offset);
                before.ReadExactly(offset, left.AsSpan(0, length));
                if (change.After is null)
                    right.AsSpan(0, length).Clear();
                else
                    disk.ReadExactly(offset, right.AsSpan(0, length));
                if (!left.AsSpan(0, length).SequenceEqual(right.AsSpan(0, length)))
                    return false;
            }
        }

        return true;
    }
}
