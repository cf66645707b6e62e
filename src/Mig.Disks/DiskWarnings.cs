namespace Mig.Disks;

/// <summary>Collects what a reader got around. Bounded, and safe from several threads: tables are read long after a disk was opened.</summary>
internal sealed class DiskWarnings
{
    private const int MaxCount = 100;
    private readonly Lock _lock = new();
    private readonly List<string> _sentences = [];

    public void Add(string sentence)
    {
        lock (_lock)
        {
            if (_sentences.Count < MaxCount && !_sentences.Contains(sentence))
                _sentences.Add(sentence);
        }
    }

    public IReadOnlyList<string> ToList()
    {
        lock (_lock)
            return [.. _sentences];
    }
}
