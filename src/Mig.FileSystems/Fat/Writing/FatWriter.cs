using Mig.Core;

namespace Mig.FileSystems.Fat.Writing;

/// <summary>Changes FAT12, FAT16 and FAT32. Does not own the volume.</summary>
internal sealed partial class FatWriter : IFileSystemWriter
{
    private readonly WritableVolume _volume;
    private readonly PathResolver _paths;
    private readonly NameChanger _names;
    private readonly ContentWriter _contents;

    private FatWriter(WritableVolume volume)
    {
        _volume = volume;
        _paths = new PathResolver(volume);
        _names = new NameChanger(volume);
        _contents = new ContentWriter(volume);
    }

    public bool FoldsNames => true;

    /// <summary>Opens the file system on a volume.</summary>
    /// <returns>Null when the volume holds none of this family.</returns>
    public static FatWriter? Open(IByteTarget target, Limits limits, TimeProvider clock) =>
        VolumeOpener.Open(target, limits, clock) is { } volume ? new FatWriter(volume) : null;

    public IFileSystem Read() => FatFileSystem.OpenView(_volume.Geometry, _volume.Store, _volume.Limits);

    public FileNode? Find(ReadOnlySpan<byte> path)
    {
        try
        {
            ResolvedPath resolved = _paths.Resolve(path);
            return resolved.IsRoot ? NodeReader.ReadRoot() : resolved.Entry is { } entry ? NodeReader.Read(entry.View, entry.Node) : null;
        }
        catch (NotFoundException)
        {
            return null; // a directory on the way is not there
        }
    }

    public byte[] Resolve(ReadOnlySpan<byte> path)
    {
        ResolvedPath resolved = GetExisting(path);
        return resolved.IsRoot ? "/"u8.ToArray()
            : [.. resolved.Parents.Append(resolved.Entry!).SelectMany(static entry => Wtf8.Encode(entry.Name).Prepend((byte)'/'))];
    }

    public void Commit()
    {
        if (!_volume.Store.HasChanges)
            return;
        _volume.Store.Begin();
        FreeClusterHint.Update(_volume.Store, _volume.Geometry, _volume.Table);
        _volume.Store.Commit();
    }

    public void Dispose()
    {
    }

    private ResolvedPath GetExisting(ReadOnlySpan<byte> path)
    {
        ResolvedPath resolved = _paths.Resolve(path);
        return resolved.IsRoot || resolved.Entry is not null ? resolved
            : throw new NotFoundException($"{PathResolver.Describe(path)} does not exist in the file system");
    }

    /// <summary>Does one operation: wholly, or not at all.</summary>
    private void Do(Action operation)
    {
        _volume.Store.Begin();
        _volume.Table.Begin();
        try
        {
            operation();
        }
        catch
        {
            _volume.Table.Rollback();
            _volume.Store.Rollback();
            throw;
        }
    }
}
