using Mig.Core;
using Mig.Core.Host;
using Mig.History.Commits;

namespace Mig.History.Refs;

/// <summary>The log of a ref: a line for each move, oldest first. Writers hold the lock of the refs.</summary>
internal sealed class Reflog(RefFiles files)
{
    private const int MaxLogBytes = 1 << 30;

    /// <summary>Returns the moves, newest first; none when the ref has no log.</summary>
    /// <exception cref="CorruptStoreException">HIST-014: a line that is not the last is damaged.</exception>
    public List<ReflogEntry> Read(RefName name)
    {
        var entries = new List<ReflogEntry>();
        string path = files.LogPathOf(name);
        if (!files.IsOwnFile("logs/" + name.Value))
            return entries;
        byte[] bytes;
        try
        {
            if (new FileInfo(path).Length > MaxLogBytes)
                throw new CorruptStoreException("HIST-014", $"{path} is larger than {MaxLogBytes} bytes; run 'mig reflog expire'");
            bytes = HostFiles.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return entries;
        }

        int position = 0;
        for (int line = 1; position < bytes.Length; line++)
        {
            int length = bytes.AsSpan(position).IndexOf((byte)'\n');
            if (length < 0)
                break; // torn by a crash: that move never took place
            ReadOnlySpan<byte> text = bytes.AsSpan(position, length);
            if (!Utf8Text.TryDecode(text, out string? decoded) || !ReflogEntry.TryParse(decoded, out ReflogEntry? entry))
                throw new CorruptStoreException("HIST-014", $"logs/{name} line {line} at byte {position}: found {Utf8Text.Quote(text)}, needed '<old> <new> Name <email> seconds +hhmm<tab>reason'; remove this line from {path}");
            entries.Add(entry);
            position += length + 1;
        }

        entries.Reverse();
        return entries;
    }

    /// <summary>Tells whether a ref is logged: branches, remote branches and HEAD are, others when they have a log.</summary>
    public bool IsWanted(RefName name) => name.IsBranch || name.IsRemote || name == RefName.Head || files.IsOwnFile("logs/" + name.Value);

    /// <summary>Adds a move, durably.</summary>
    public void Append(RefName name, ReflogEntry entry)
    {
        string path = files.LogPathOf(name);
        bool isNew = !files.IsOwnFile("logs/" + name.Value);
        MakeRoom(name);
        DurableFile.CreateFolder(files.Folder, Path.GetDirectoryName(path)!);
        using HostFile file = isNew ? HostFile.CreateNew(path) : HostFile.OpenWrite(path);
        long end = EndOfLastLine(file);
        file.SetLength(end);
        file.Write(Utf8Text.Encode(entry.ToLine(), "the reason of a ref's move"), end);
        file.Sync();
        if (isNew)
            HostFiles.SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Replaces a log by those of its moves that are kept.</summary>
    public int Rewrite(RefName name, Func<ReflogEntry, bool> keep, string temporary)
    {
        List<ReflogEntry> all = Read(name);
        List<ReflogEntry> kept = all.FindAll(entry => keep(entry));
        if (kept.Count == all.Count)
            return 0;
        kept.Reverse();
        DurableFile.WriteNew(temporary, Utf8Text.Encode(string.Concat(kept.Select(entry => entry.ToLine())), "a reflog"));
        DurableFile.Publish(temporary, files.LogPathOf(name));
        return all.Count - kept.Count;
    }

    public void Delete(RefName name)
    {
        if (files.IsOwnFile("logs/" + name.Value))
            HostFiles.Delete(files.LogPathOf(name));
        RemoveEmptyParents(files.LogPathOf(name));
    }

    /// <summary>Removes the folders above a path that have become empty, up to <c>refs/heads</c> and its like.</summary>
    public void RemoveEmptyParents(string path)
    {
        string relative = Path.GetRelativePath(files.Folder, path);
        int depth = relative.Split('/').Length - (relative.StartsWith("logs/", StringComparison.Ordinal) ? 1 : 0);
        string folder = Path.GetDirectoryName(path)!;
        for (; depth > 3; depth--, folder = Path.GetDirectoryName(folder)!)
        {
            if (new DirectoryInfo(folder) is not { Exists: true, LinkTarget: null } || Directory.EnumerateFileSystemEntries(folder).Any())
                return;
            HostFiles.DeleteFolder(folder);
        }
    }

    // A crash between the deletion of a ref and of its log leaves a log that nobody owns; it must not stand in the way.
    public void MakeRoom(RefName name)
    {
        if (!name.Value.StartsWith("refs/", StringComparison.Ordinal))
            return;
        string path = files.LogPathOf(name);
        if (new DirectoryInfo(path) is { Exists: true, LinkTarget: null })
            HostFiles.DeleteFolder(path, recursive: true);
        string[] parts = name.Value.Split('/');
        for (int i = 3; i < parts.Length; i++)
        {
            string parent = string.Join('/', parts[..i]);
            if (files.IsOwnFile("logs/" + parent))
                HostFiles.Delete(Path.Combine(files.Folder, "logs", parent));
        }
    }

    // Cuts off what a crash left of a line, so that the next one starts at the beginning of a line.
    private static long EndOfLastLine(HostFile file)
    {
        Span<byte> buffer = stackalloc byte[512];
        long end = file.Length;
        while (end > 0)
        {
            int length = (int)Math.Min(buffer.Length, end);
            int read = file.Read(buffer[..length], end - length);
            int last = buffer[..read].LastIndexOf((byte)'\n');
            if (last >= 0)
                return end - length + last + 1;
            end -= length;
        }

        return 0;
    }
}
