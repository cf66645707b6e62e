using Mig.Core;
using Mig.History.Images;
using Mig.History.Layouts;

namespace Mig.Exchange.Serving;

/// <summary>
/// The disks that are open. A client that opens the same name several times, to read over several connections at once, gets the same
/// version each time, though a branch may move
/// meanwhile; and readers of one disk share what is known of its layout. For many threads.
/// </summary>
internal sealed class ServedDisks(TimeProvider clock)
{
    // A client opens all of its connections at once. Somebody who comes later wants the branch as it is then.
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(10);

    private readonly Dictionary<(Repository Repository, string Revision), Named> _named = [];
    private readonly Dictionary<(Repository Repository, LayoutId? Layout, long Length), Shared> _shared = [];
    private readonly Lock _gate = new();

    /// <summary>Finds what a revision means, or meant a moment ago to somebody who still reads it.</summary>
    /// <exception cref="NotFoundException">There is no such revision.</exception>
    public ServedVersion Find(Repository repository, string revision)
    {
        lock (_gate)
        {
            if (_named.TryGetValue((repository, revision), out Named? named) && named.Users > 0
                && clock.GetElapsedTime(named.Since) < Together)
                return named.Version;
        }

        return ServedVersion.Read(repository, repository.Revisions.ResolveCommit(revision));
    }

    /// <summary>Opens a disk of a version that was found.</summary>
    public ServedDisk Open(Repository repository, ServedVersion version, string revision, int index)
    {
        ImageDisk disk = version.Image.Disks[index];
        var name = (repository, revision);
        var key = (repository, disk.Layout, disk.Length);
        lock (_gate)
        {
            if (!_named.TryGetValue(name, out Named? named) || named.Version.Commit != version.Commit)
                _named[name] = named = new Named(version, clock.GetTimestamp());
            if (!_shared.TryGetValue(key, out Shared? shared))
                _shared.Add(key, shared = new Shared(new StoredDisk(repository.Store, disk.Layout, disk.Length)));
            named.Users++;
            shared.Users++;
            return new ServedDisk(disk, shared.Source, () => Close(name, named, key, shared));
        }
    }

    private void Close((Repository Repository, string Revision) name, Named named,
        (Repository Repository, LayoutId? Layout, long Length) key, Shared shared)
    {
        lock (_gate)
        {
            if (--named.Users == 0 && _named.GetValueOrDefault(name) == named)
                _named.Remove(name);
            if (--shared.Users == 0)
                _shared.Remove(key);
        }
    }

    private sealed class Named(ServedVersion version, long since)
    {
        public ServedVersion Version { get; } = version;

        public long Since { get; } = since;

        public int Users { get; set; }
    }

    private sealed class Shared(StoredDisk source)
    {
        public StoredDisk Source { get; } = source;

        public int Users { get; set; }
    }
}
