using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.Core.Host;

namespace Mig.Care.Checks;

/// <summary>
/// What a check that reads everything has found whole so far, so that one that was cut short can go on: the file <c>checked</c>, a line
/// with the second in which it began, then a line "pack ID" or "list ID" for each. It only saves work, and is gone once a check is over.
/// </summary>
internal sealed class CheckNotes
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly string _path;
    private readonly string _newPath;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly HashSet<ObjectId> _packs = [];
    private readonly HashSet<ObjectId> _lists = [];
    private long _saved;
    private bool _canSave = true;

    /// <param name="goesOn">Whether what an earlier check noted counts.</param>
    public CheckNotes(string folder, TimeProvider clock, bool goesOn)
    {
        (_path, _newPath, _clock) = (Path.Combine(folder, "checked"), Path.Combine(folder, "locks", "checked.new"), clock);
        Since = clock.GetUtcNow();
        _saved = clock.GetTimestamp();
        if (goesOn)
            Read();
    }

    /// <summary>When the check began.</summary>
    public DateTimeOffset Since { get; private set; }

    /// <summary>Packs that the check before this one found whole.</summary>
    public int EarlierPacks { get; private set; }

    public bool HasPack(ObjectId pack) => Has(_packs, pack);

    public bool HasList(ObjectId list) => Has(_lists, list);

    public void AddPack(ObjectId pack) => Add(_packs, pack);

    public void AddList(ObjectId list) => Add(_lists, list);

    /// <summary>Writes down what was not yet.</summary>
    public void Save()
    {
        lock (_gate)
            Write();
    }

    /// <summary>Forgets all, since the check is over.</summary>
    public void Delete()
    {
        lock (_gate)
            Try(() => HostFiles.Delete(_path));
    }

    private bool Has(HashSet<ObjectId> ids, in ObjectId id)
    {
        lock (_gate)
            return ids.Contains(id);
    }

    private void Add(HashSet<ObjectId> ids, in ObjectId id)
    {
        lock (_gate)
        {
            ids.Add(id);
            if (_clock.GetElapsedTime(_saved) >= Pause)
                Write();
        }
    }

    private void Read()
    {
        if (!File.Exists(_path))
            return;
        string[] lines = Encoding.ASCII.GetString(HostFiles.ReadAllBytes(_path)).Split('\n');
        if (!long.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            || seconds > Since.ToUnixTimeSeconds())
            return;
        Since = DateTimeOffset.FromUnixTimeSeconds(seconds);
        foreach (string[] line in lines.Skip(1).Select(line => line.Split(' ')))
        {
            if (line is [var kind, var text] && ObjectId.TryParse(text, out ObjectId id))
                (kind switch { "pack" => _packs, "list" => _lists, _ => null })?.Add(id);
        }

        EarlierPacks = _packs.Count;
    }

    private void Write()
    {
        if (!_canSave)
            return;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Since.ToUnixTimeSeconds()}\n");
        foreach (ObjectId pack in _packs)
            text.Append(CultureInfo.InvariantCulture, $"pack {pack}\n");
        foreach (ObjectId list in _lists)
            text.Append(CultureInfo.InvariantCulture, $"list {list}\n");
        byte[] bytes = Encoding.ASCII.GetBytes(text.ToString());
        Try(() =>
        {
            DurableFile.WriteNew(_newPath, bytes);
            DurableFile.Publish(_newPath, _path);
        });
        _saved = _clock.GetTimestamp();
    }

    // A check of what one may only read, or of a full disk, is a check all the same; it cannot go on later.
    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _canSave = false;
        }
    }
}
