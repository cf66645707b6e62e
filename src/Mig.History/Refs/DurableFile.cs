using Mig.Core.Host;

namespace Mig.History.Refs;

/// <summary>Replaces small files so that a crash leaves the old bytes or the new ones.</summary>
internal static class DurableFile
{
    /// <summary>Writes bytes to a new file and waits until they are durable.</summary>
    /// <param name="isPrivate">Whether only this user may read the file, from its first moment on.</param>
    public static void WriteNew(string path, ReadOnlySpan<byte> bytes, bool isPrivate = false)
    {
        // Whatever stands here is debris of a killed process; as we hold the lock, nobody else writes it. CreateNew follows no link.
        HostFiles.Delete(path);
        using HostFile file = isPrivate ? HostFile.CreatePrivate(path) : HostFile.CreateNew(path);
        file.Write(bytes, 0);
        file.Sync();
    }

    /// <summary>Moves a durable file over its target, durably.</summary>
    public static void Publish(string from, string to)
    {
        HostFiles.Move(from, to);
        HostFiles.SyncFolder(Path.GetDirectoryName(to)!);
    }

    /// <summary>Creates a folder and those above it, durably, down from <paramref name="root"/>, which exists.</summary>
    public static void CreateFolder(string root, string folder)
    {
        if (folder.Length <= root.Length || Directory.Exists(folder))
            return;
        string parent = Path.GetDirectoryName(folder)!;
        CreateFolder(root, parent);
        HostFiles.CreateFolder(folder);
        HostFiles.SyncFolder(parent);
    }
}
