using Mig.Core;
using Mig.Core.Host;

namespace Mig.History.Refs;

/// <summary>
/// The file of packed refs as it is now. What was read is kept, and known again by the last line of the file. For any number of threads.
/// </summary>
/// <param name="repositoryFolder">The folder <c>.mig</c>.</param>
internal sealed class PackedFile(string repositoryFolder)
{
    private volatile PackedRefs _last = PackedRefs.Empty;
    private PackedRefs? _pinned;

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetFullPath(repositoryFolder), PackedRefs.FileName);

    /// <summary>Returns the file as it is now, and stays: for those who have the lock, while they change nothing.</summary>
    public PackedFile Pin() => new(repositoryFolder) { _pinned = Read() };

    /// <summary>
    /// Reads it; nothing is in it when it is not there. A ref's own file goes first, so it is read first: meanwhile the ref may have moved
    /// in here.
    /// </summary>
    /// <exception cref="CorruptStoreException">HIST-011, HIST-018.</exception>
    public PackedRefs Read()
    {
        if (_pinned is not null)
            return _pinned;
        switch (FileStatus.Of(Path, followsLinks: false)?.Type)
        {
            case null:
                return PackedRefs.Empty;
            case FileType.SymbolicLink:
                throw new CorruptStoreException("HIST-011", $"{Path} is a symbolic link, which mig does not follow here; remove it");
            case not FileType.Regular:
                throw new CorruptStoreException("HIST-011", $"{Path} is not a file; remove it");
        }

        try
        {
            using HostFile file = HostFile.OpenRead(Path);
            return Read(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return PackedRefs.Empty;
        }
    }

    private PackedRefs Read(HostFile file)
    {
        PackedRefs last = _last;
        long length = file.Length;
        if (length > PackedRefs.MaxBytes)
            throw new CorruptStoreException(
                "HIST-018", $"{Path} has {length} bytes, at most {PackedRefs.MaxBytes} allowed; bring it back from a copy");
        if (last.Exists && length == last.Bytes.Length)
        {
            Span<byte> trailer = stackalloc byte[PackedRefs.TrailerSize];
            if (file.Read(trailer, length - trailer.Length) == trailer.Length && last.Trailer.SequenceEqual(trailer))
                return last;
        }

        byte[] bytes = new byte[length];
        int read = file.Read(bytes, 0);
        return _last = PackedRefs.Parse(read == bytes.Length ? bytes : bytes[..read]);
    }
}
