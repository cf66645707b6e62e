using System.Security.Cryptography;
using Mig.Browse;
using Mig.Core;
using Mig.Core.Host;
using Mig.Store;
using Mig.Store.Encoding;

namespace Mig.Inventories;

/// <summary>
/// Inventories that were taken, in <c>cache/inventory</c>, by the trees of the volumes that they were taken from. A cache: without it, or when a file of it is
/// damaged, the inventory is taken again.
/// </summary>
internal sealed class InventoryCache(string repositoryFolder)
{
    private const int MaxCaches = 4096;
    private const int MaxFileSize = 256 << 20;

    // The last byte is the version: of the form, and of what is read. It changes with either.
    private static ReadOnlySpan<byte> Magic => "miginvt\u0003"u8;

    private string Folder => Path.Combine(repositoryFolder, "cache", "inventory");

    /// <returns>Null when there is none that is whole.</returns>
    public Inventory? Read(MachineFiles files)
    {
        byte[] bytes;
        try
        {
            // Unlocked: another process may have published it a moment ago, and not have closed it yet.
            using HostFile file = HostFile.OpenRead(PathOf(files));
            long length = file.Length;
            if (length < Magic.Length + ObjectId.Size || length > MaxFileSize)
                return null;
            bytes = new byte[length];
            if (file.Read(bytes, 0) != bytes.Length)
                return null;
        }
        catch (IOException)
        {
            return null;
        }

        int end = bytes.Length - ObjectId.Size;
        var id = new ObjectId(bytes.AsSpan(end));
        if (!bytes.AsSpan().StartsWith(Magic) || ObjectId.Of(bytes.AsSpan(0, end)) != id)
            return null;
        try
        {
            return InventoryCodec.Read(bytes.AsSpan(Magic.Length, end - Magic.Length), id);
        }
        catch (CorruptStoreException)
        {
            return null;
        }
    }

    /// <summary>Keeps an inventory, where the repository can be written.</summary>
    public void Write(MachineFiles files, Inventory inventory)
    {
        var payload = new PayloadWriter();
        payload.Raw(Magic);
        InventoryCodec.Write(payload, inventory);
        byte[] bytes = new byte[payload.Length + ObjectId.Size];
        payload.Written.CopyTo(bytes);
        ObjectId.Of(payload.Written).CopyTo(bytes.AsSpan(payload.Length));
        try
        {
            HostFiles.CreateFolder(Folder);
            using var file = new TemporaryFile(Path.Combine(repositoryFolder, ObjectStore.TemporaryFolder), "inventory");
            file.Write(bytes, 0);
            file.Publish(PathOf(files));
            HostFiles.KeepNewest(Folder, MaxCaches, MaxCaches / 2);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then it is taken again next time.
        }
    }

    private string PathOf(MachineFiles files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (MountPoint mount in files.Mounts)
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(mount.Path + "\0"));
            hash.AppendData(mount.Root.Tree.Value.ToArray());
        }

        return Path.Combine(Folder, ObjectId.Finish(hash).ToString());
    }
}
