using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>Changes ext2, ext3 and ext4. Does not own the volume.</summary>
internal sealed partial class ExtWriter : IFileSystemWriter
{
    private readonly WritableVolume _volume;
    private readonly PathResolver _paths;
    private readonly NameMaker _maker;
    private readonly NameRemover _remover;
    private readonly NodeChanger _changer;

    private ExtWriter(WritableVolume volume)
    {
        _volume = volume;
        _paths = new PathResolver(volume);
        _maker = new NameMaker(volume);
        _remover = new NameRemover(volume, _maker);
        _changer = new NodeChanger(volume);
    }

    /// <summary>Opens the file system on a volume.</summary>
    /// <returns>Null when the volume holds none of this family.</returns>
    public static ExtWriter? Open(IByteTarget target, Limits limits, TimeProvider clock) =>
        VolumeOpener.Open(target, limits, clock) is { } volume ? new ExtWriter(volume) : null;

    public IFileSystem Read() => ExtFileSystem.OpenView(_volume.Geometry, _volume.Store, _volume.Limits);

    public FileNode? Find(ReadOnlySpan<byte> path)
    {
        try
        {
            ResolvedPath resolved = _paths.Resolve(path, followLast: false);
            using IFileSystem view = Read();
            return resolved.Exists ? view.GetNode(resolved.Node) : null;
        }
        catch (NotFoundException)
        {
            return null; // a directory on the way is not there
        }
    }

    public byte[] Resolve(ReadOnlySpan<byte> path)
    {
        ResolvedPath resolved = GetExisting(path, followLast: true);
        return resolved.IsRoot ? "/"u8.ToArray() : [.. resolved.Names.SelectMany(static name => name.Prepend((byte)'/'))];
    }

    public void Commit()
    {
        if (!_volume.Store.HasChanges)
            return;
        _volume.Store.Begin();
        _volume.Superblock.SetWriteTime(_volume.Now.Seconds);
        _volume.Store.Commit();
    }

    public void Dispose()
    {
    }

    private ResolvedPath GetExisting(ReadOnlySpan<byte> path, bool followLast = false)
    {
        ResolvedPath resolved = _paths.Resolve(path, followLast);
        return resolved.Exists ? resolved : throw new NotFoundException($"{PathResolver.Describe(path)} does not exist in the file system");
    }

    /// <summary>Does one operation: wholly, or not at all.</summary>
    private void Do(Action operation)
    {
        _volume.Store.Begin();
        try
        {
            operation();
        }
        catch
        {
            _volume.Store.Rollback();
            throw;
        }
    }
}
