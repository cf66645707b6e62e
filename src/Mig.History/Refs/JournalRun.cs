using Mig.Core;
using Mig.Core.Host;

namespace Mig.History.Refs;

/// <summary>Does what a journal says, step by step, and undoes it if one of them fails. Used under the lock; a run that was cut short is simply done again.</summary>
internal sealed class JournalRun(RefFiles files, string temporary)
{
    // From so many files on, one sync of the file system costs less than one of each.
    private const int ManyFiles = 64;

    private readonly Stack<(JournalStep Step, byte[]? Before)> _done = new();
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private bool _syncsAll;

    /// <summary>Changes the files. What goes makes room first, since 'a' may become 'a/b'.</summary>
    public void Apply(RefJournal journal)
    {
        _syncsAll = journal.Steps.Count >= ManyFiles;
        foreach (JournalStep step in journal.Steps.OrderByDescending(step => step.Kind == JournalStepKind.Delete))
        {
            files.CheckParents(step.Path);
            _done.Push((step, Remember(step)));
            Do(step);
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
            while (_done.TryPop(out (JournalStep Step, byte[]? Before) done))
            {
                if (done.Before is null && done.Step.Kind != JournalStepKind.Delete)
                    Delete(done.Step.Path);
                else if (done.Step.Kind == JournalStepKind.Append)
                    Append(done.Step with { Bytes = [] });
                else if (done.Before is { } bytes)
                    Write(done.Step.Path, bytes);
            }

            Sync();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CorruptStoreException)
        {
            return false;
        }
    }

    // What the file held; nothing of a log that is appended to, since it can be cut. Null when there was none, or a link, which does not come back.
    private byte[]? Remember(JournalStep step)
    {
        string path = PathOf(step.Path);
        if (LibC.GetFileType(path) != FileType.Regular || new FileInfo(path).LinkTarget is not null)
            return null;
        return step.Kind == JournalStepKind.Append ? [] : HostFiles.ReadAllBytes(path);
    }

    private void Do(JournalStep step)
    {
        switch (step.Kind)
        {
            case JournalStepKind.Write:
                Write(step.Path, step.Bytes);
                break;
            case JournalStepKind.Delete:
                Delete(step.Path);
                break;
            default:
                Append(step);
                break;
        }
    }

    private void Write(string relative, byte[] bytes)
    {
        string path = PathOf(relative);
        MakeRoom(relative);

        // A configuration may hold what others must not read, not for a moment.
        DurableFile.WriteNew(temporary, bytes, isPrivate: relative == RefJournal.ConfigPath && File.Exists(path), sync: !_syncsAll);
        if (!OperatingSystem.IsWindows() && relative == RefJournal.ConfigPath && File.Exists(path))
            File.SetUnixFileMode(temporary, File.GetUnixFileMode(path));
        HostFiles.Move(temporary, path);
        _folders.Add(Path.GetDirectoryName(path)!);
    }

    private void Append(JournalStep step)
    {
        string path = PathOf(step.Path);
        MakeRoom(step.Path);
        bool isNew = !files.IsOwnFile(step.Path);
        using HostFile file = isNew ? HostFile.CreateNew(path) : HostFile.OpenWrite(path);
        long start = Math.Min(step.Start, file.Length);
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

        RemoveEmptyParents(relative);
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
            }

            _folders.Add(Path.GetDirectoryName(folder)!);
        }
    }

    // Names of refs were checked: what stands in the way of one are empty folders. In the way of a log there may be one that an older mig left of a ref that is gone.
    private void MakeRoom(string relative)
    {
        string path = PathOf(relative);
        bool isLog = relative.StartsWith(RefJournal.LogPrefix, StringComparison.Ordinal);
        if (new DirectoryInfo(path) is { Exists: true, LinkTarget: null })
        {
            if (isLog)
                HostFiles.DeleteFolder(path, recursive: true);
            else
                DeleteEmpty(path);
        }

        string[] parts = relative.Split('/');
        for (int i = 4; isLog && i < parts.Length; i++)
        {
            string parent = string.Join('/', parts[..i]);
            if (files.FindFile(parent))
                HostFiles.Delete(PathOf(parent));
        }

        string folder = Path.GetDirectoryName(path)!;
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
