
namespace Mig.Core.Host;

/// <summary>Replaces small files so that a crash leaves the old bytes or the new ones.</summary>
public static class DurableFile
{
    /// <summary>Writes bytes to a new file and waits until they are durable.</summary>
    /// <param name="isPrivate">Whether only this user may read the file, from its first moment on.</param>
    /// <param name="sync">False when the caller sees to it that they become durable.</param>
    public static void WriteNew(string path, ReadOnlySpan<byte> bytes, bool isPrivate = false, bool sync = true)
    {
        // Whatever stands here is debris of a killed process; as we hold the lock, nobody else writes it. CreateNew follows no link.
        HostFiles.Delete(path);
        using HostFile file = isPrivate ? HostFile.CreatePrivate(path) : HostFile.CreateNew(path);
        file.Write(bytes, 0);
        if (sync)
            file.Sync();
    }

    /// <summary>Moves a durable file over its target, durably.</summary>
    public static void Publish(string from, string to)
    {
        HostFiles.Move(from, to);
        HostFiles.SyncFolder(Path.GetDirectoryName(to)!);
    }
}
