using Mig.Core;
using Mig.Core.Host;

namespace Mig.History.Refs;

/// <summary>
/// Does what a journal says, step by step, and undoes it if one of them fails. Used under the lock; a run that was cut short is simply done
/// again.
/// </summary>
/// <param name="mayPack">Whether new refs may be packed: the repository says so to those who would not find them
/// (<see cref="RefPacker.Extension"/>).</param>
internal sealed class JournalRun(RefFiles files, PackedFile packed, string temporary, Func<bool> mayPack)
{
    // From so many files on, one sync of the file system costs less than one of each.
    private const int ManyFiles = 64;

    private readonly Stack<(JournalStep Step, byte[]? Before)> _done = new();
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _checked = new(StringComparer.Ordinal);

    // A name that went from each folder that may be empty now.
    private readonly Dictionary<string, string> _left = new(StringComparer.Ordinal);

    // Folders in which a file can be made.
    private readonly HashSet<string> _roomy = new(StringComparer.Ordinal);
    private byte[]? _packedBefore;
    private bool _syncsAll;

    /// <summary>Changes the files. What goes makes room first, since 'a' may become 'a/b'.</summary>
    public void Apply(RefJournal journal)
    {
        _syncsAll = journal.Steps.Count >= ManyFiles;
        HashSet<string> together = Pack(journal);
        ILookup<bool, JournalStep> steps = journal.Steps.Where(step => !together.Contains(step.Path))
            .ToLookup(step => step.Kind == JournalStepKind.Delete);
        Apply(steps[true]);
        RemoveEmptyFolders();
        Apply(steps[false]);
    }

    private void Apply(IEnumerable<JournalStep> steps)
    {
        foreach (JournalStep step in steps)
        {
            if (_checked.Add(Path.GetDirectoryName(step.Path)!))
                files.CheckParents(step.Path);
            FileType? there = FileStatus.Of(PathOf(step.Path), followsLinks: false)?.Type;
            _done.Push((step, Remember(step, there)));
            Do(step, there);
        }
    }

    /// <summary>Waits until all that was changed is durable.</summary>
    public void Sync()
    {
        if (_syncsAll)
        {
            HostFiles.SyncFileSystem(files.Folder);
            return;
        }

        foreach (string folder in _folders.Where(Directory.Exists))
            HostFiles.SyncFolder(folder);
    }

    /// <summary>Brings the files back to where they were, durably.</summary>
    /// <returns>False when that fails, too.</returns>
    public bool TryUndo()
    {
        try
        {
            if (_packedBefore is { } before)
                WritePacked(before);
            while (_done.TryPop(out (JournalStep Step, byte[]? Before) done))
            {
                if (done.Before is null && done.Step.Kind != JournalStepKind.Delete)
                    Delete(done.Step.Path);
                else if (done.Step.Kind == JournalStepKind.Append)
                    Append(done.Step with { Bytes = [] }, FileType.Regular);
                else if (done.Before is { } bytes)
                    Write(done.Step.Path, bytes, null);
            }

            RemoveEmptyFolders();
            Sync();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CorruptStoreException)
        {
            return false;
        }
    }

    // Deletes what goes from the packed refs, and adds what comes, in one file. It is there before the files of refs go: whoever reads
    // looks there last.
    private HashSet<string> Pack(RefJournal journal)
    {
        PackedRefs old = packed.Read();
        HashSet<string> gone = [.. journal.Steps.Where(step => step.Kind == JournalStepKind.Delete && IsPacked(old, step.Path))
            .Select(step => step.Path)];
        Dictionary<string, ObjectId> coming = RefPacker.ChooseNew(journal, files.ForMany());
        if (coming.Count < RefPacker.Many || !mayPack())
            coming = [];
        if (gone.Count == 0 && coming.Count == 0)
            return [];
        List<(RefName Name, ObjectId Id)> all =
            [.. old.List("").Where(found => !gone.Contains(found.Name.Value) && !coming.ContainsKey(found.Name.Value))];
        all.AddRange(coming.Select(item => (RefName.Parse(item.Key), item.Value)));
        all.Sort((a, b) => a.Name.CompareTo(b.Name));
        byte[] bytes = PackedRefs.Encode(all);
        if (!old.Bytes.AsSpan().SequenceEqual(bytes))
        {
            WritePacked(bytes);
            _packedBefore = old.Bytes;
        }

        return [.. coming.Keys];
    }

    private static bool IsPacked(PackedRefs refs, string path) => RefName.TryParse(path, out RefName? name) && refs.Find(name) is not null;

    // Empty bytes: there was none.
    private void WritePacked(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            HostFiles.Delete(packed.Path);
        }
        else
        {
            DurableFile.WriteNew(temporary, bytes);
            HostFiles.Move(temporary, packed.Path);
        }

        _folders.Add(files.Folder);
    }

    // What the file held; nothing of a log that is appended to, since it can be cut. Null when there was none, or a link, which does not
    // come back.
    private byte[]? Remember(JournalStep step, FileType? there) =>
        there != FileType.Regular ? null : step.Kind == JournalStepKind.Append ? [] : HostFiles.ReadAllBytes(PathOf(step.Path));

    private void Do(JournalStep step, FileType? there)
    {
        switch (step.Kind)
        {
            case JournalStepKind.Write:
                Write(step.Path, step.Bytes, there);
                break;
            case JournalStepKind.Delete:
                Delete(step.Path);
                break;
            default:
                Append(step, there);
                break;
        }
    }

    private void Write(string relative, byte[] bytes, FileType? there)
    {
        string path = PathOf(relative);
        MakeRoom(relative, there);

        // A configuration may hold what others must not read, not for a moment.
        DurableFile.WriteNew(temporary, bytes, isPrivate: relative == RefJournal.ConfigPath && File.Exists(path), sync: !_syncsAll);
        if (!OperatingSystem.IsWindows() && relative == RefJournal.ConfigPath && File.Exists(path))
            File.SetUnixFileMode(temporary, File.GetUnixFileMode(path));
        HostFiles.Move(temporary, path);
        _folders.Add(Path.GetDirectoryName(path)!);
    }

    private void Append(JournalStep step, FileType? there)
    {
        string path = PathOf(step.Path);
        bool isNew = there is null or FileType.Directory;
        if (isNew)
            MakeRoom(step.Path, there);
        else if (there != FileType.Regular)
            _ = files.IsOwnFile(step.Path); // says what is wrong with it
        using HostFile file = isNew ? HostFile.CreateNew(path) : HostFile.OpenWrite(path);
        long start = Math.Min(step.Start, file.Length);
        if (!isNew)
            file.SetLength(start);
        if (step.Bytes.Length > 0)
            file.Write(step.Bytes, start);
        if (!_syncsAll)
            file.Sync();
        if (isNew)
            _folders.Add(Path.GetDirectoryName(path)!);
    }

    private void Delete(string relative)
    {
        string path = PathOf(relative);
        if (files.FindFile(relative))
        {
            HostFiles.Delete(path);
            _folders.Add(Path.GetDirectoryName(path)!);
        }

        _left.TryAdd(Path.GetDirectoryName(relative)!, relative);
    }

    // After all deletions: to look into a large folder for each of them takes the square of its size.
    private void RemoveEmptyFolders()
    {
        foreach (string relative in _left.Values)
            RemoveEmptyParents(relative);
        _left.Clear();
    }

    // Up to refs/heads and its like, which stay.
    private void RemoveEmptyParents(string relative)
    {
        int depth = relative.Split('/').Length - (relative.StartsWith(RefJournal.LogPrefix, StringComparison.Ordinal) ? 1 : 0);
        string folder = Path.GetDirectoryName(PathOf(relative))!;
        for (; depth > 3; depth--, folder = Path.GetDirectoryName(folder)!)
        {
            if (new DirectoryInfo(folder) is { Exists: true, LinkTarget: null })
            {
                if (Directory.EnumerateFileSystemEntries(folder).Any())
                    return;
                HostFiles.DeleteFolder(folder);
                _roomy.Clear();
            }

            _folders.Add(Path.GetDirectoryName(folder)!);
        }
    }

    // Names of refs were checked: what stands in the way of one are empty folders. In the way of a log there may be one that an older mig
    // left of a ref that is gone.
    private void MakeRoom(string relative, FileType? there)
    {
        string path = PathOf(relative);
        bool isLog = relative.StartsWith(RefJournal.LogPrefix, StringComparison.Ordinal);
        if (there == FileType.Directory)
        {
            _roomy.Clear();
            if (isLog)
                HostFiles.DeleteFolder(path, recursive: true);
            else
                DeleteEmpty(path);
        }

        string folder = Path.GetDirectoryName(path)!;
        if (!_roomy.Add(folder))
            return;
        string[] parts = relative.Split('/');
        for (int i = 4; isLog && i < parts.Length; i++)
        {
            string parent = string.Join('/', parts[..i]);
            if (files.FindFile(parent))
                HostFiles.Delete(PathOf(parent));
        }

        for (string made = folder; made.Length > files.Folder.Length && !Directory.Exists(made); made = Path.GetDirectoryName(made)!)
        {
            _folders.Add(made);
            _folders.Add(Path.GetDirectoryName(made)!);
        }

        HostFiles.CreateFolder(folder);
    }

    private static void DeleteEmpty(string folder)
    {
        foreach (string inside in Directory.EnumerateDirectories(folder))
            DeleteEmpty(inside);
        HostFiles.DeleteFolder(folder);
    }

    private string PathOf(string relative) => Path.Combine(files.Folder, relative);
}
