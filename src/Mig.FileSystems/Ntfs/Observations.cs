using System.Collections.Concurrent;

namespace Mig.FileSystems.Ntfs;

/// <summary>Collects what a user should know of a volume while its files are read. Safe for several threads.</summary>
internal sealed class Observations
{
    private readonly ConcurrentDictionary<(long Node, string Name), bool> _largeStreams = [];
    private readonly ConcurrentDictionary<long, bool> _encrypted = [];
    private readonly ConcurrentDictionary<long, bool> _elsewhere = [];
    private readonly ConcurrentDictionary<(long Directory, ulong Reference), bool> _stale = [];

    public void AddLargeStream(long node, string name) => _largeStreams.TryAdd((node, name), true);

    public void AddEncrypted(long node) => _encrypted.TryAdd(node, true);

    /// <summary>Notes a file whose content is not where content is: compressed by WOF, or deduplicated.</summary>
    public void AddElsewhere(long node) => _elsewhere.TryAdd(node, true);

    public void AddStale(long directory, FileReference reference) => _stale.TryAdd((directory, reference.Value), true);

    /// <summary>Returns a sentence for each kind.</summary>
    public IEnumerable<string> Describe()
    {
        if (!_largeStreams.IsEmpty)
            yield return $"{_largeStreams.Count} named streams are longer than 64 KiB: they are kept as residue, and not shown.";
        if (!_encrypted.IsEmpty)
            yield return $"{_encrypted.Count} files are encrypted (EFS): their contents are shown as they are stored, as ciphertext.";
        if (!_elsewhere.IsEmpty)
            yield return $"{_elsewhere.Count} files are compressed by Windows' overlay filter or deduplicated: their contents are shown "
                + "as they are stored, which is mostly zeros.";
        if (!_stale.IsEmpty)
            yield return $"{_stale.Count} names lead to records that are no longer theirs, since it was in use: they are left out.";
    }
}
