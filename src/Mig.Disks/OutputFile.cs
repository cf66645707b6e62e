using System.Security.Cryptography;
using Mig.Core;
using Mig.Core.Host;
using Microsoft.Win32.SafeHandles;

namespace Mig.Disks;

/// <summary>
/// A new file that has a temporary name in the folder of its final one (<c>.name.mig-random.tmp</c>) until it is published. Disposing
/// without that deletes it. The file is locked as long as it is open, so what a killed process left behind is known by its name and its
/// free lock, and is cleared away by the next one.
/// </summary>
public sealed class OutputFile : IDisposable
{
    private const string TemporarySuffix = ".tmp";
    private const int MaxNameLength = 200; // the temporary name must stay below the 255 bytes of most file systems
    private const int Attempts = 5;
    private readonly bool _overwrite;
    private bool _isPublished;

    private OutputFile(string path, string temporaryPath, SafeFileHandle handle, bool overwrite)
    {
        Path = path;
        TemporaryPath = temporaryPath;
        Handle = handle;
        _overwrite = overwrite;
    }

    public string Path { get; }

    public string TemporaryPath { get; }

    public SafeFileHandle Handle { get; }

    /// <exception cref="ConflictException">The name is taken and <paramref name="overwrite"/> is false.</exception>
    /// <exception cref="UsageException">A folder or device has the name, or the folder of the name does not exist.</exception>
    public static OutputFile Create(string path, bool overwrite)
    {
        CheckTarget(path, overwrite);
        string folder = HostPath.FolderOf(path);
        string name = System.IO.Path.GetFileName(path);
        string stem = $".{name[..Math.Min(name.Length, MaxNameLength / 3)]}.mig-";
        if (LibC.LookAt(folder) != FileType.Directory)
            throw new UsageException($"folder {folder} does not exist; create it first");
        RemoveStale(folder, stem);
        for (int attempt = 1; ; attempt++)
        {
            string temporary = System.IO.Path.Combine(
                folder, $"{stem}{RandomNumberGenerator.GetHexString(12, lowercase: true)}{TemporarySuffix}");
            try
            {
                SafeFileHandle handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
                // Between creation and lock another process may have taken the file for a stale one.
                if (File.Exists(temporary))
                    return new OutputFile(path, temporary, handle, overwrite);
                handle.Dispose();
            }
            catch (UnauthorizedAccessException)
            {
                throw new UnauthorizedAccessException($"folder {folder} may not be written by this user");
            }
            catch (IOException) when (attempt < Attempts)
            {
            }
        }
    }

    /// <exception cref="IOException">The file system is full, fails, or cannot hold a file of this length.</exception>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(Handle, bytes, offset);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw HostFile.TooLong(Path, offset + bytes.Length, e);
        }
    }

    /// <summary>Makes the file this long; what was not written is a hole that reads as zeros.</summary>
    /// <exception cref="IOException">The file system cannot hold a file of this length, or is full.</exception>
    public void SetLength(long length)
    {
        try
        {
            RandomAccess.SetLength(Handle, length);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw HostFile.TooLong(Path, length, e);
        }
    }

    /// <summary>Gives the file its final name.</summary>
    /// <exception cref="ConflictException">The name was taken in the meantime.</exception>
    public void Publish()
    {
        // What is replaced must not be lost to a crash before the new bytes are on the medium. A new name has nothing to lose, and a sync
        // would cost more than the export.
        bool replaces = _overwrite && File.Exists(Path);
        if (replaces)
            LibC.Sync(Handle);
        try
        {
            File.Move(TemporaryPath, Path, _overwrite);
        }
        catch (IOException) when (!_overwrite && new FileInfo(Path) is { Exists: true } or { LinkTarget: not null })
        {
            throw Taken(Path);
        }

        _isPublished = true;
        if (replaces)
            LibC.SyncDirectory(HostPath.FolderOf(Path));
        Handle.Dispose();
    }

    /// <summary>Takes the file away again, published or not: a disk of several files is there as a whole or not at all.</summary>
    public void Withdraw()
    {
        File.Delete(_isPublished ? Path : TemporaryPath);
        Handle.Dispose();
    }

    public void Dispose()
    {
        if (!_isPublished && !Handle.IsClosed)
            File.Delete(TemporaryPath);
        Handle.Dispose();
    }

    private static void CheckTarget(string path, bool overwrite)
    {
        switch (LibC.LookAt(path))
        {
            case FileType.Missing:
                return;
            case FileType.Regular when overwrite:
                return;
            case FileType.Regular:
                throw Taken(path);
            default:
                throw new UsageException($"{path} is a folder or device; mig writes to files only");
        }
    }

    private static void RemoveStale(string folder, string stem)
    {
        foreach (string path in Directory.EnumerateFiles(
            folder, $"{Escape(stem)}*{TemporarySuffix}", new EnumerationOptions { MatchType = MatchType.Simple, AttributesToSkip = 0 }))
        {
            try
            {
                using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Someone is still writing it, or it is another user's.
            }
        }
    }

    // A name may hold what a search takes for a wildcard.
    private static string Escape(string stem) => stem.Replace('*', '?');

    private static ConflictException Taken(string path) => new($"{path} exists; choose another name, or replace it with --force");
}
