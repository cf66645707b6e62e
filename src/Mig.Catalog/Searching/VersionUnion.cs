namespace Mig.Catalog.Searching;

/// <summary>Adds up sets of versions.</summary>
internal sealed class VersionUnion
{
    private ulong[] _words = [];
    private VersionSet? _only;

    public void Add(int version)
    {
        Spread();
        if (_words.Length <= version / 64)
            Array.Resize(ref _words, Math.Max((version / 64) + 1, _words.Length * 2));
        _words[version / 64] |= 1UL << (version % 64);
    }

    public void Add(VersionSet set)
    {
        if (_only is null && _words.Length == 0)
        {
            _only = set;
            return;
        }

        Spread();
        set.AddTo(ref _words);
    }

    /// <summary>The sum; the set itself when there was but one.</summary>
    public VersionSet ToSet() => _only ?? VersionSet.Trim(0, _words);

    private void Spread()
    {
        _only?.AddTo(ref _words);
        _only = null;
    }
}
