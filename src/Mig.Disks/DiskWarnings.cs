namespace Mig.Disks;

/// <summary>
/// Collects what a reader got around, and what a container has beyond the disk. Bounded, and safe from several threads: tables are read
/// long after a disk was opened.
/// </summary>
/// <param name="path">The file that was opened: what is said of it goes without its name.</param>
internal sealed class DiskWarnings(string path)
{
    private const int MaxCount = 100;
    private readonly Lock _lock = new();
    private readonly List<string> _sentences = [];
    private readonly List<string> _extras = [];

    /// <summary>Adds what was got around.</summary>
    /// <param name="file">The file that it is said of.</param>
    public void Add(string file, string sentence) => Add(_sentences, file == path ? sentence : $"{file}: {sentence}");

    /// <summary>Adds what an export will not bring back, and warns of it.</summary>
    /// <param name="extra">What it is: a noun.</param>
    public void AddExtra(string file, string extra)
    {
        Add(file, $"has {extra}; that is not kept");
        AddUsualExtra(file, extra);
    }

    /// <summary>Adds what an export will not bring back, without a warning: every disk of the format has it.</summary>
    public void AddUsualExtra(string file, string extra) => Add(_extras, file == path ? extra : $"{extra} of {Path.GetFileName(file)}");

    public IReadOnlyList<string> ToList() => Copy(_sentences);

    /// <summary>What the container has beyond the disk.</summary>
    public IReadOnlyList<string> ToExtras() => Copy(_extras);

    private void Add(List<string> list, string item)
    {
        lock (_lock)
        {
            if (list.Count < MaxCount && !list.Contains(item))
                list.Add(item);
        }
    }

    private List<string> Copy(List<string> list)
    {
        lock (_lock)
            return [.. list];
    }
}
