using Mig.Core;
using Mig.FileSystems;
using Mig.History.Layouts;
using Mig.Store.Content;

namespace Mig.Images.Ingest;

/// <summary>Says where on a disk the chunks of a file stand.</summary>
internal static class FilePieces
{
    /// <param name="volumeOffset">Where the volume begins on the disk.</param>
    /// <param name="chunks">All of the content, in order; a small file has one.</param>
    /// <param name="pieces">Receives the pieces; those of holes have a null blob.</param>
    public static void Add(ScannedFile file, IEnumerable<Chunk> chunks, long volumeOffset, List<LayoutPiece> pieces)
    {
        // Both run through the file from its start: where they meet is a piece of the disk.
        int at = 0;
        long offset = 0;
        foreach (Chunk chunk in chunks)
        {
            var range = new ByteRange(offset, chunk.Length);
            for (; at < file.Extents.Count; at++)
            {
                FileExtent extent = file.Extents[at];
                ByteRange part = range.Intersect(new ByteRange(extent.FileOffset, extent.Length));
                if (!part.IsEmpty && extent.IsOnVolume)
                {
                    long place = volumeOffset + extent.VolumeOffset + part.Offset - extent.FileOffset;
                    pieces.Add(new LayoutPiece(place, part.Length, chunk.IsHole ? default : chunk.Blob, chunk.IsHole ? 0
                        : (int)(part.Offset - offset)));
                }

                if (extent.FileOffset + extent.Length > range.End)
                    break;
            }

            offset = range.End;
        }
    }
}
