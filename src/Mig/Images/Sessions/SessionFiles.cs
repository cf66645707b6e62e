using System.Security.Cryptography;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.Store;

namespace Mig.Images.Sessions;

/// <summary>Makes and opens the files of sessions: maps and layers (docs/format.md, "Sessions").</summary>
internal static class SessionFiles
{
    /// <summary>Makes the files of a disk that nothing was written to.</summary>
    public static SessionFile.Disk MakeDisk(string folder, long length)
    {
        string map = CreateId();
        using (HostFile file = HostFile.CreatePrivate(Path.Combine(folder, map + ".map")))
        {
            file.SetLength(BlockMap.SizeOf(length));
            file.Sync();
        }

        return new SessionFile.Disk(map, [MakeLayer(folder, length)]);
    }

    /// <summary>Makes a layer with nothing in it.</summary>
    /// <returns>Its name.</returns>
    public static string MakeLayer(string folder, long length)
    {
        string layer = CreateId();
        using HostFile file = HostFile.CreatePrivate(Path.Combine(folder, layer + ".layer"));
        file.SetLength(length);
        file.Sync();
        return layer;
    }

    private static void CopyMap(string from, string to)
    {
        using HostFile source = HostFile.OpenRead(from);
        using HostFile target = HostFile.CreatePrivate(to);
        target.SetLength(source.Length);
        byte[] buffer = new byte[1 << 20];
        foreach (ByteRange range in FileSource.Of(source, source.Length).GetStoredRanges(new ByteRange(0, source.Length)))
        {
            for (long offset = range.Offset; offset < range.End; offset += buffer.Length)
            {
                Span<byte> part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, range.End - offset));
                source.Read(part, offset);
                target.Write(part, offset);
            }
        }

        target.Sync();
    }

    private static string CreateId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SessionFile.Disk.IdLength / 2));

    /// <summary>Makes the files of a disk that goes on from another one: a copy of its map, and a new layer above its own.</summary>
    /// <param name="from">The folder of the other one; its layers are linked when it is not the same folder.</param>
    /// <exception cref="UnsupportedFeatureException">There are no hard links there.</exception>
    public static SessionFile.Disk Continue(string from, SessionFile.Disk disk, string folder, long length)
    {
        foreach (string layer in folder == from ? [] : disk.LayerNames)
        {
            if (!FileSharing.TryLink(Path.Combine(from, layer), Path.Combine(folder, layer)))
                throw new UnsupportedFeatureException("fork", $"{folder} is on a file system without hard links, which a fork needs");
        }

        string map = CreateId();
        CopyMap(Path.Combine(from, disk.MapName), Path.Combine(folder, map + ".map"));
        return new SessionFile.Disk(map, [.. disk.Layers, MakeLayer(folder, length)]);
    }

    /// <summary>Counts the bytes that differ from the version, as far as they are durable.</summary>
    public static long CountDirty(string folder, SessionFile.Disk disk)
    {
        using HostFile map = HostFile.OpenRead(Path.Combine(folder, disk.MapName));
        using var places = new BlockMap(map, BlockMap.DiskLengthOf(map.Length));
        places.Load(disk.Layers.Count);
        return places.CountStored() * BlockMap.BlockSize;
    }

    /// <summary>Opens a disk for writing.</summary>
    /// <exception cref="CorruptStoreException">SESS-001: something of it is missing, or breaks its format.</exception>
    public static SessionDisk OpenDisk(
        ObjectStore store, string folder, SessionFile.Disk disk, ImageDisk below, Func<ICachedSource, ICachedSource>? watch = null)
    {
        ICachedSource source = new StoredDisk(store, below.Layout, below.Length);
        var open = new List<HostFile>();
        try
        {
            foreach (string layer in disk.LayerNames)
                open.Add(HostFile.OpenWrite(Path.Combine(folder, layer)));
            HostFile places = HostFile.OpenWrite(Path.Combine(folder, disk.MapName));
            IReadOnlyList<HostFile> layers = [.. open];
            open.Add(places);
            var map = new BlockMap(places, below.Length);
            map.Load(layers.Count);
            return new SessionDisk(watch?.Invoke(source) ?? source, map, layers);
        }
        catch (Exception e)
        {
            open.ForEach(file => file.Dispose());
            if (e is FileNotFoundException)
                throw new CorruptStoreException("SESS-001", $"{e.Message}; 'mig session discard' removes what is left of the session", e);
            throw;
        }
    }

    /// <summary>Deletes what is in a session's folder and not of it: of what it was before, or of a change that did not come to its
    /// end.</summary>
    public static void Sweep(string folder, IEnumerable<SessionFile.Disk> disks)
    {
        HashSet<string> kept = [.. disks.SelectMany(disk => disk.LayerNames.Append(disk.MapName))];
        foreach (string path in HostFiles.List(folder).Where(path => Path.GetExtension(path) is ".map" or ".layer"
            && !kept.Contains(Path.GetFileName(path))).ToList())
            HostFiles.Delete(path);
    }
}
