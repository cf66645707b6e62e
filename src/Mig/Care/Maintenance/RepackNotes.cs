using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.Core.Host;

namespace Mig.Care.Maintenance;

/// <summary>
/// Which packs hold what was compressed at which level: the file <c>repacked</c>, a line "ID LEVEL" for each. It only saves work: where it
/// is
/// missing or wrong, something is compressed once more, or not yet.
/// </summary>
internal sealed class RepackNotes
{
    private readonly string _path;
    private readonly string _newPath;
    private readonly SortedDictionary<ObjectId, int> _levels = [];

    /// <summary>Reads the notes; the caller holds the lock of collections.</summary>
    public RepackNotes(string folder)
    {
        (_path, _newPath) = (Path.Combine(folder, "repacked"), Path.Combine(folder, "locks", "repacked.new"));
        if (!File.Exists(_path))
            return;
        foreach (string[] line in Encoding.ASCII.GetString(HostFiles.ReadAllBytes(_path)).Split('\n').Select(line => line.Split(' ')))
        {
            if (line is [var id, var level] && ObjectId.TryParse(id, out ObjectId pack)
                && int.TryParse(level, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                _levels[pack] = number;
        }
    }

    /// <summary>The level of a pack; 0 for one that was never repacked.</summary>
    public int LevelOf(in ObjectId pack) => _levels.GetValueOrDefault(pack);

    /// <summary>Notes a pack that was made.</summary>
    public void Add(in ObjectId pack, int level)
    {
        _levels[pack] = level;
        Save();
    }

    /// <summary>Forgets packs that are gone.</summary>
    public void Keep(IReadOnlySet<ObjectId> packs)
    {
        List<ObjectId> gone = [.. _levels.Keys.Where(pack => !packs.Contains(pack))];
        gone.ForEach(pack => _levels.Remove(pack));
        if (gone.Count > 0)
            Save();
    }

    private void Save()
    {
        var text = new StringBuilder();
        foreach ((ObjectId pack, int level) in _levels)
            text.Append(CultureInfo.InvariantCulture, $"{pack} {level}\n");
        DurableFile.WriteNew(_newPath, Encoding.ASCII.GetBytes(text.ToString()));
        DurableFile.Publish(_newPath, _path);
    }
}
