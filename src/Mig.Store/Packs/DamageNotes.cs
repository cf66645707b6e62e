using System.Globalization;
using Mig.Core;
using Mig.Core.Host;

namespace Mig.Store.Packs;

/// <summary>
/// What was found damaged in packs, so that nobody takes it for present: <c>cache/damaged</c>, a line for each frame or object
/// (docs/format.md, "Damage"). A note counts only while the pack's file is as it was then: one that was copied back is looked at anew. A
/// cache: without it, damage is found again.
/// </summary>
/// <param name="folder">The repository's folder.</param>
internal sealed class DamageNotes(string folder)
{
    private const string Name = "damaged";
    private const int MaxSize = 16 << 20;
    private const int MaxNotes = 100_000;

    // A file that was written a moment ago can be written again within one tick of the clock of its file system.
    private static readonly TimeSpan AtRest = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private List<(DamagedPlace Place, FileStamp Stamp)> _notes = [];
    private FileStamp? _read;

    private string FilePath => Path.Combine(folder, "cache", Name);

    /// <summary>Returns what counts now, after a look at the file.</summary>
    public IReadOnlyList<DamagedPlace> Read(string packsFolder)
    {
        lock (_gate)
        {
            Load();
            return _notes.Count == 0 ? []
                : [.. _notes.Where(note => StampOf(packsFolder, note.Place.Pack) == note.Stamp).Select(note => note.Place)];
        }
    }

    /// <summary>Adds a place.</summary>
    /// <returns>False when it cannot be told apart from what may be written next, or is known.</returns>
    public bool Add(string packsFolder, DamagedPlace place, TimeProvider clock)
    {
        lock (_gate)
        {
            Load();
            if (_notes.Count >= MaxNotes || _notes.Exists(note => note.Place == place) || Stamp(packsFolder, place, clock) is not { } note)
                return false;
            _notes.Add(note);
            Write();
            return true;
        }
    }

    /// <summary>Puts what a check of all packs found in the place of what was known.</summary>
    /// <param name="clock">Null when packs are known to be at rest.</param>
    public void Replace(string packsFolder, IEnumerable<DamagedPlace> places, TimeProvider? clock)
    {
        lock (_gate)
        {
            Load();
            List<(DamagedPlace, FileStamp)> now =
                [.. places.Distinct().Take(MaxNotes).Select(place => Stamp(packsFolder, place, clock)).OfType<(DamagedPlace, FileStamp)>()];
            if (now.Count == 0 && _notes.Count == 0)
                return;
            _notes = now;
            Write();
        }
    }

    private static (DamagedPlace Place, FileStamp Stamp)? Stamp(string packsFolder, DamagedPlace place, TimeProvider? clock)
    {
        if (StampOf(packsFolder, place.Pack) is not { } stamp)
            return null;
        bool isAtRest = clock is null || DateTime.UnixEpoch.AddTicks(stamp.Modified / TimeSpan.NanosecondsPerTick)
            + AtRest < clock.GetUtcNow().UtcDateTime;
        return isAtRest ? (place, stamp) : null;
    }

    private static FileStamp? StampOf(string packsFolder, in ObjectId pack) =>
        LibC.GetStamp(Path.Combine(packsFolder, PackFormat.FileName(pack)));

    private void Load()
    {
        FileStamp? stamp = LibC.GetStamp(FilePath);
        if (stamp == _read)
            return;
        _read = stamp;
        _notes = [];
        if (stamp is null)
            return;
        try
        {
            using HostFile file = HostFile.OpenRead(FilePath);
            byte[] bytes = new byte[Math.Min(file.Length, MaxSize)];
            string text = System.Text.Encoding.ASCII.GetString(bytes, 0, file.Read(bytes, 0));
            _notes = [.. text.Split('\n').Select(Parse).OfType<(DamagedPlace, FileStamp)>().Take(MaxNotes)];
        }
        catch (IOException)
        {
            // Another process has written it anew: the next look finds that.
            _read = null;
        }
    }

    // pack, offset, object or "-", length, times in nanoseconds, inode and device of the pack's file
    private static (DamagedPlace Place, FileStamp Stamp)? Parse(string line)
    {
        string[] words = line.Split(' ');
        if (words.Length != 8 || !ObjectId.TryParse(words[0], out ObjectId pack)
            || !long.TryParse(words[1], CultureInfo.InvariantCulture, out long offset)
            || !long.TryParse(words[3], CultureInfo.InvariantCulture, out long length)
                || !long.TryParse(words[4], CultureInfo.InvariantCulture, out long modified)
            || !long.TryParse(words[5], CultureInfo.InvariantCulture, out long changed)
                || !ulong.TryParse(words[6], CultureInfo.InvariantCulture, out ulong inode)
            || !ulong.TryParse(words[7], CultureInfo.InvariantCulture, out ulong device))
            return null;
        ObjectId? item = ObjectId.TryParse(words[2], out ObjectId id) ? id : null;
        return (new DamagedPlace(pack, offset, item), new FileStamp(length, modified, changed, inode, device));
    }

    // Where the repository cannot be written, what was found counts in this process alone.
    private void Write()
    {
        try
        {
            if (_notes.Count == 0)
            {
                HostFiles.Delete(FilePath);
                _read = null;
                return;
            }

            HostFiles.CreateFolder(Path.GetDirectoryName(FilePath)!);
            using var file = new TemporaryFile(Path.Combine(folder, ObjectStore.TemporaryFolder), "damaged");
            string text = string.Concat(_notes.Select(note => string.Create(CultureInfo.InvariantCulture,
                $"{note.Place.Pack} {note.Place.Offset} {note.Place.Object?.ToString() ?? "-"} {note.Stamp.Length} {note.Stamp.Modified} "
                    + $"{note.Stamp.Changed} {note.Stamp.Inode} {note.Stamp.Device}\n")));
            file.Write(System.Text.Encoding.ASCII.GetBytes(text), 0);
            file.Publish(FilePath);
            _read = LibC.GetStamp(FilePath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _read = LibC.GetStamp(FilePath);
        }
    }
}
