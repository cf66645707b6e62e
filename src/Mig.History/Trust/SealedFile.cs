using System.Security.Cryptography;
using Mig.Core;
using Mig.Core.Host;
using Mig.Store;

namespace Mig.History.Trust;

/// <summary>
/// A file below <c>cache</c> in which mig notes what it has computed or proven itself: content, then its HMAC-SHA-256 under the key of
/// <see cref="LocalSeal"/>. What is damaged, renamed, or was written in another place is as if it were not there.
/// </summary>
public static class SealedFile
{
    /// <summary>The folder that may be deleted at any time.</summary>
    public const string Folder = "cache";

    private const int SealSize = HMACSHA256.HashSizeInBytes;

    /// <summary>Where a file lies.</summary>
    public static string PathOf(string repositoryFolder, string name) => Path.Combine(repositoryFolder, Folder, name);

    /// <summary>Reads a file that was written here.</summary>
    /// <param name="name">Its path below <c>cache</c>.</param>
    /// <returns>Its content; null when there is none that counts.</returns>
    public static byte[]? Read(string repositoryFolder, string name, int maxSize)
    {
        string path = PathOf(repositoryFolder, name);
        if (LibC.GetFileType(path) != FileType.Regular)
            return null; // reading a pipe would wait for ever
        try
        {
            // Unlocked: another process may have published it a moment ago, and not have closed it yet.
            using HostFile file = HostFile.OpenRead(path);
            long length = file.Length;
            if (length < SealSize || length > (long)maxSize + SealSize || LocalSeal.GetKey(repositoryFolder, isMade: false) is not { } key)
                return null;
            byte[] bytes = new byte[length];
            if (file.Read(bytes, 0) != bytes.Length)
                return null;
            int end = bytes.Length - SealSize;
            return CryptographicOperations.FixedTimeEquals(SealOf(key, name, bytes.AsSpan(0, end)), bytes.AsSpan(end)) ? bytes[..end]
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Writes a file, whole or not at all.</summary>
    /// <returns>False when the repository cannot be written: then nothing is noted.</returns>
    public static bool TryWrite(string repositoryFolder, string name, ReadOnlySpan<byte> content)
    {
        try
        {
            if (LocalSeal.GetKey(repositoryFolder, isMade: true) is not { } key)
                return false;
            string path = PathOf(repositoryFolder, name);
            HostFiles.CreateFolder(Path.GetDirectoryName(path)!);
            using var file = new TemporaryFile(Path.Combine(repositoryFolder, ObjectStore.TemporaryFolder), "note");
            file.Write(content, 0);
            file.Write(SealOf(key, name, content), content.Length);
            file.Publish(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Deletes the oldest files of a folder below <c>cache</c>.</summary>
    /// <param name="folder">Its name.</param>
    /// <param name="most">How many may be there before anything is deleted.</param>
    /// <param name="kept">How many are left then.</param>
    public static void RemoveOld(string repositoryFolder, string folder, int most, int kept) =>
        HostFiles.KeepNewest(PathOf(repositoryFolder, folder), most, kept);

    private static byte[] SealOf(byte[] key, string name, ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(name + "\0"));
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }
}
