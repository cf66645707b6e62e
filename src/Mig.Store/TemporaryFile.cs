using System.Runtime.ExceptionServices;
using Mig.Core;
using Mig.Core.Host;

namespace Mig.Store;

/// <summary>
/// A new file in <c>tmp</c> until it is published. One handle, locked from its creation to its end, so what a killed process left behind is
/// known by its free lock, and is cleared away by the next writer. Disposing without publishing deletes it.
/// </summary>
/// <remarks>
/// After a write or a sync that failed it is dead: the file is deleted, and every further call says why. Nothing partly written gets a
/// name.
/// </remarks>
public sealed class TemporaryFile : IDisposable
{
    private const int Attempts = 20;

    private readonly HostFile _file;
    private ExceptionDispatchInfo? _failure;
    private bool _isPublished;

    /// <param name="folder">The folder <c>tmp</c>, on the same file system as the final name.</param>
    /// <param name="what">What it will hold, in lower-case letters.</param>
    public TemporaryFile(string folder, string what)
    {
        // Between creation and lock a cleaner may have taken the file for a stale one. Either it holds the lock still, or the name is gone:
        // then another name is tried. From here on it cannot, for it deletes only under the lock; and no name is used twice.
        for (int attempt = 1; ; attempt++)
        {
            string path = Path.Combine(folder, TemporaryName.Create(what));
            try
            {
                _file = HostFile.CreateNew(path);
                if (File.Exists(path))
                    return;
                _file.Dispose();
            }
            catch (IOException e) when (attempt < Attempts && e.HResult is Errno.WouldBlock or Errno.Exists)
            {
            }
        }
    }

    /// <summary>Deletes what processes that are gone have left: files with names of ours that nobody has locked.</summary>
    public static void RemoveStale(string folder)
    {
        foreach (string path in HostFiles.List(folder))
        {
            if (!TemporaryName.IsOne(Path.GetFileName(path.AsSpan())))
                continue;
            try
            {
                using HostFile file = HostFile.OpenLocked(path);
                HostFiles.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It is being written, is gone already, or is another user's.
            }
        }
    }

    /// <summary>Writes bytes at an offset.</summary>
    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        _failure?.Throw();
        try
        {
            _file.Write(bytes, offset);
        }
        catch (Exception e)
        {
            Die(e);
            throw;
        }
    }

    /// <summary>Lets the file share the blocks of another one.</summary>
    /// <returns>False when the file system cannot; then nothing is changed.</returns>
    public bool TryShare(HostFile source)
    {
        _failure?.Throw();
        return FileSharing.TryShare(source, _file);
    }

    /// <summary>Makes the file a copy of another one.</summary>
    public void Copy(HostFile source, CancellationToken cancellation)
    {
        _failure?.Throw();
        try
        {
            FileSharing.Copy(source, _file, cancellation);
        }
        catch (Exception e)
        {
            Die(e);
            throw;
        }
    }

    /// <summary>Reads back what was written.</summary>
    /// <returns>How many bytes are there.</returns>
    public int Read(Span<byte> bytes, long offset)
    {
        _failure?.Throw();
        return _file.Read(bytes, offset);
    }

    /// <summary>Has the kernel start writing a range to the medium; the later sync has less left to do.</summary>
    public void StartWriteback(ByteRange range) => LibC.StartWriteback(_file.Handle, range);

    /// <summary>Makes what was written durable.</summary>
    public void Flush()
    {
        _failure?.Throw();
        try
        {
            _file.Sync();
        }
        catch (Exception e)
        {
            Die(e);
            throw;
        }
    }

    /// <summary>Gives the file its final name; the caller makes the name durable.</summary>
    public void Publish(string path)
    {
        _failure?.Throw();
        HostFiles.Move(_file.Path, path);
        _isPublished = true;
        _file.Dispose();
    }

    public void Dispose()
    {
        if (!_isPublished && !_file.IsClosed)
            Discard();
        _file.Dispose();
    }

    // A sync that is asked for again says that all is well, although pages were dropped: nothing of the file is believed from here on.
    private void Die(Exception e)
    {
        _failure = ExceptionDispatchInfo.Capture(e);
        Discard();
        _file.Dispose();
    }

    private void Discard()
    {
        try
        {
            HostFiles.Delete(_file.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Why the file is not wanted matters more. It has no lock soon, and the next writer tries again.
        }
    }
}
