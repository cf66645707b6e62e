using System.Security.Cryptography;
using Mig.Core;
using Mig.History.Trust;
using Mig.Machines.Files;
using Mig.Machines.Mounts;
using Mig.Store.Encoding;

namespace Mig.Machines.Inventories;

/// <summary>
/// Inventories that were taken here, in <c>cache/inventory</c>, by the trees of the volumes that they were taken from. A cache: without it,
/// or when a file of it was not written here, the inventory is taken again.
/// </summary>
internal sealed class InventoryCache(string repositoryFolder)
{
    private const string Folder = "inventory";
    private const int MaxCaches = 4096;
    private const int MaxFileSize = 256 << 20;

    // The last byte is the version: of the form, and of what is read. It changes with either.
    private static ReadOnlySpan<byte> Magic => "miginvt\u0005"u8;

    /// <returns>Null when there is none that counts.</returns>
    public Inventory? Read(MachineFiles files)
    {
        if (SealedFile.Read(repositoryFolder, NameOf(files), MaxFileSize) is not { } bytes || !bytes.AsSpan().StartsWith(Magic))
            return null;
        try
        {
            return InventoryCodec.Read(bytes.AsSpan(Magic.Length), ObjectId.Of(bytes));
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
        if (SealedFile.TryWrite(repositoryFolder, NameOf(files), payload.Written))
            SealedFile.RemoveOld(repositoryFolder, Folder, MaxCaches, MaxCaches / 2);
    }

    private static string NameOf(MachineFiles files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (MountPoint mount in files.Mounts)
        {
            // The whole volume: names of its files elsewhere may lead to contents here.
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{mount.Path}\0{mount.Folder}\0"));
            hash.AppendData(mount.Volume.Root!.Tree.Value.ToArray());
        }

        return $"{Folder}/{ObjectId.Finish(hash)}";
    }
}
