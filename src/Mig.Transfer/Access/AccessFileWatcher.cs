using Mig.Core;

namespace Mig.Transfer.Access;

/// <summary>Keeps the rights of an access file at hand while somebody edits it. For many threads.</summary>
/// <remarks>
/// Each use looks at the file's time and length, which costs a microsecond and needs no watching thread. A change that cannot be read, or a
/// file that is gone, is reported once, and the rights of before stay: a slip of the editor must not shut everybody out, nor let anybody
/// in.
/// </remarks>
/// <param name="report">Takes what is wrong with a change, as one sentence.</param>
public sealed class AccessFileWatcher(string path, TimeProvider clock, Action<string> report)
{
    private readonly Lock _gate = new();
    private volatile Version _version = new(Stamp(path), AccessFile.Load(path, clock));

    /// <summary>What holds now.</summary>
    public AccessFile Current
    {
        get
        {
            if (Stamp(path) != _version.Stamp)
                Reload();
            return _version.File;
        }
    }

    private void Reload()
    {
        lock (_gate)
        {
            // Taken before the file is read: what changes meanwhile is seen the next time.
            (DateTime, long) stamp = Stamp(path);
            if (stamp == _version.Stamp)
                return;
            AccessFile file = _version.File;
            try
            {
                file = AccessFile.Load(path, clock);
            }
            catch (Exception e) when (e is UsageException or IOException or UnauthorizedAccessException)
            {
                report($"the access file changed and cannot be used, so the rights of before stay: {e.Message}");
            }

            _version = new Version(stamp, file);
        }
    }

    private static (DateTime Time, long Length) Stamp(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }

    private sealed record Version((DateTime Time, long Length) Stamp, AccessFile File);
}
