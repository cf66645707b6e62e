using Microsoft.Win32.SafeHandles;

namespace Mig.Store;

/// <summary>
/// A new file in <c>tmp</c> until it is published. It is locked while it is open, so what a killed process left behind is known by its free lock, and is
/// cleared away by the next writer. Disposing without publishing deletes it.
/// </summary>
public sealed class TemporaryFile : IDisposable
{
    private const int Attempts = 20;

    private readonly string _path;
    private bool _isPublished;

    /// <param name="folder">The folder <c>tmp</c>, on the same file system as the final name.</param>
    public TemporaryFile(string folder, string prefix)
    {
        // Between creation and lock another process may take the file for a stale one and lock or delete it: then another name is tried.
        for (int attempt = 1; ; attempt++)
        {
            _path = Path.Combine(folder, $"{prefix}-{Guid.NewGuid():N}");
            try
            {
                Handle = File.OpenHandle(_path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
                if (File.Exists(_path))
                    return;
                Handle.Dispose();
            }
            catch (IOException) when (attempt < Attempts)
            {
            }
        }
    }

    public SafeFileHandle Handle { get; }

    /// <summary>Deletes what processes that are gone have left.</summary>
    public static void RemoveStale(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder))
        {
            try
            {
                using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It is being written, is gone already, or is another user's.
            }
        }
    }

    /// <summary>Makes what was written durable.</summary>
    public void Flush() => RandomAccess.FlushToDisk(Handle);

    /// <summary>Gives the file its final name; the caller makes the name durable.</summary>
    public void Publish(string path)
    {
        File.Move(_path, path, overwrite: true);
        _isPublished = true;
        Handle.Dispose();
    }

    public void Dispose()
    {
        if (!_isPublished && !Handle.IsClosed)
            File.Delete(_path);
        Handle.Dispose();
    }
}
