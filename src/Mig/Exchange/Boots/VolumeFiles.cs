using System.Text;
using Mig.Core;
using Mig.FileSystems;

namespace Mig.Exchange.Boots;

/// <summary>Finds and copies files of a volume as it is now, by the few paths that firmware and loaders know.</summary>
internal sealed class VolumeFiles(IFileSystem files) : IDisposable
{
    private const int PieceSize = 1 << 20;

    public Mig.FileSystems.FileSystemInfo Info => files.Info;

    /// <summary>Whether firmware reads it, and names are the same in any case.</summary>
    public bool IsFat => Info.Type.StartsWith("fat", StringComparison.Ordinal);

    /// <summary>Opens the file system of a volume; null when there is none that mig reads.</summary>
    public static VolumeFiles? Open(IByteSource volume, Limits limits)
    {
        try
        {
            return FileSystemFormats.Open(volume, limits, new DamageList()) is { } found ? new VolumeFiles(found) : null;
        }
        catch (Exception e) when (e is CorruptImageException or UnsupportedFeatureException)
        {
            return null; // nothing starts from it
        }
    }

    /// <summary>Lists the names of a directory that can be written in UTF-8; none when there is no such directory.</summary>
    /// <param name="path">Names with a slash between them, in any case on file systems that ignore it.</param>
    public IEnumerable<(string Name, FileNode Node)> List(string path)
    {
        if (FindFolder(path) is not { } folder)
            yield break;
        foreach (DirectoryEntry entry in Read(folder))
        {
            if (Utf8Text.TryDecode(entry.Name.Span, out string? name) && TryGetNode(entry.Node) is { } node)
                yield return (name, node);
        }
    }

    /// <summary>Reads the beginning of a file, as far as there is one.</summary>
    public byte[] ReadHead(FileNode file, int size)
    {
        byte[] head = new byte[Math.Min(size, file.Size)];
        files.ReadContent(file.Number, 0, head);
        return head;
    }

    /// <summary>Copies a file.</summary>
    /// <param name="most">Most bytes that it may have.</param>
    /// <exception cref="UnsupportedFeatureException">It has more.</exception>
    /// <exception cref="CorruptImageException">It cannot be read.</exception>
    public void Copy(long node, string name, string to, long most)
    {
        long size = files.GetNode(node).Size;
        if (size > most)
            throw new UnsupportedFeatureException(name, $"it has {size} bytes, at most {most} are loaded into a machine");
        using FileStream target = new(to, FileMode.CreateNew, FileAccess.Write);
        byte[] piece = new byte[PieceSize];
        for (long offset = 0; offset < size; offset += PieceSize)
        {
            Span<byte> part = piece.AsSpan(0, (int)Math.Min(PieceSize, size - offset));
            files.ReadContent(node, offset, part);
            target.Write(part);
        }
    }

    public void Dispose() => files.Dispose();

    private long? FindFolder(string path)
    {
        StringComparison comparison = IsFat ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        long folder = files.RootNode;
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            long? next = null;
            foreach (DirectoryEntry entry in Read(folder))
            {
                if (Encoding.UTF8.GetString(entry.Name.Span).Equals(name, comparison))
                    next = entry.Node;
            }

            if (next is not { } found || TryGetNode(found)?.Type != NodeType.Directory)
                return null;
            folder = found;
        }

        return folder;
    }

    private IReadOnlyList<DirectoryEntry> Read(long folder)
    {
        try
        {
            return files.ReadDirectory(folder, new DamageList());
        }
        catch (CorruptImageException)
        {
            return [];
        }
    }

    private FileNode? TryGetNode(long node)
    {
        try
        {
            return files.GetNode(node, new DamageList());
        }
        catch (CorruptImageException)
        {
            return null;
        }
    }
}
