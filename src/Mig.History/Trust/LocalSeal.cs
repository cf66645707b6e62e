using System.Buffers.Binary;
using System.Security.Cryptography;
using Mig.Core;
using Mig.Core.Host;
using Mig.Store;

namespace Mig.History.Trust;

/// <summary>
/// Binds what mig notes for itself to the place where it was noted. The key is made of <c>cache/seal</c>, 32 random bytes, of that very
/// file's number and time of birth, and of this machine's id: in a copy of the repository, or in one that somebody else packed, no note is
/// believed that came with it.
/// </summary>
public static class LocalSeal
{
    private const int NonceSize = 32;
    private const string MachineId = "/etc/machine-id";

    /// <summary>The key that seals notes in this repository.</summary>
    /// <param name="isMade">Whether one is made where there is none.</param>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="IOException">None can be made.</exception>
    /// <exception cref="UnauthorizedAccessException">None can be made.</exception>
    public static byte[]? GetKey(string repositoryFolder, bool isMade)
    {
        string path = Path.Combine(repositoryFolder, SealedFile.Folder, "seal");
        if (Read(path) is { } key)
            return key;
        if (!isMade)
            return null;
        HostFiles.CreateFolder(Path.Combine(repositoryFolder, SealedFile.Folder));
        using (var file = new TemporaryFile(Path.Combine(repositoryFolder, ObjectStore.TemporaryFolder), "seal"))
        {
            file.Write(RandomNumberGenerator.GetBytes(NonceSize), 0);
            file.Publish(path);
        }

        return Read(path);
    }

    private static byte[]? Read(string path)
    {
        if (LibC.GetFileType(path) != FileType.Regular)
            return null;
        byte[] bytes = new byte[NonceSize + 16];
        try
        {
            using HostFile file = HostFile.OpenRead(path);
            if (file.Length != NonceSize || file.Read(bytes.AsSpan(0, NonceSize), 0) != NonceSize)
                return null;
            FileStatus status = FileStatus.Of(file.Handle);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(NonceSize), status.Inode);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(NonceSize + 8), Nanoseconds(status.Made ?? status.Changed));
        }
        catch (IOException)
        {
            return null;
        }

        return SHA256.HashData([.. bytes, .. ReadMachineId()]);
    }

    private static long Nanoseconds(Timestamp time) => unchecked((time.Seconds * 1_000_000_000) + time.Nanoseconds);

    private static byte[] ReadMachineId()
    {
        try
        {
            return HostFiles.ReadAllBytes(MachineId, 4096);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
