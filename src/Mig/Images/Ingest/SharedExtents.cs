using Mig.Core;
using Mig.FileSystems;

namespace Mig.Images.Ingest;

/// <summary>
/// Files that claim the same bytes of a volume, which no sound file system has unless it says so. Each place goes to the first that claims
/// it; what else lies there is read through the file system, as much of it as the volume is long, so that a small image cannot claim to
/// hold any amount of data.
/// </summary>
internal sealed class SharedExtents(IReadOnlyList<ScannedFile> files, int blockSize, long volumeLength)
{
    private long _shared;

    public void Resolve()
    {
        var claims = new List<(long Start, long End, int File, int Extent)>();
        for (int i = 0; i < files.Count; i++)
        {
            for (int j = 0; j < files[i].Extents.Count; j++)
            {
                FileExtent extent = files[i].Extents[j];
                if (extent.IsOnVolume)
                    claims.Add((extent.VolumeOffset, (extent.VolumeOffset + extent.Length + blockSize - 1) / blockSize * blockSize, i, j));
            }
        }

        claims.Sort(static (left, right) => (left.Start, left.File, left.Extent).CompareTo((right.Start, right.File, right.Extent)));
        long end = 0;
        var moved = new SortedDictionary<int, List<int>>();
        foreach ((long start, long claimEnd, int file, int extent) in claims)
        {
            if (start >= end)
            {
                end = claimEnd;
                continue;
            }

            if (!moved.TryGetValue(file, out List<int>? extents))
                moved.Add(file, extents = []);
            extents.Add(extent);
        }

        foreach ((int file, List<int> extents) in moved)
            Move(files[file], extents);
    }

    private void Move(ScannedFile file, List<int> extents)
    {
        long length = extents.Sum(extent => file.Extents[extent].Length);
        if (length > volumeLength - _shared)
        {
            file.Lose(new CorruptImageException(
                "FS-005",
                $"it claims bytes that another file claims too, at offset {file.Extents[extents[0]].VolumeOffset} of the volume, and "
                + $"others do so with {_shared} bytes"));
            return;
        }

        _shared += length;
        FileExtent[] all = [.. file.Extents];
        foreach (int extent in extents)
            all[extent] = all[extent] with { VolumeOffset = FileExtent.NotOnVolume };
        file.SetExtents(all);
    }
}
