using System.Text;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Commits;

namespace Mig.History.Refs;

/// <summary>Refs as files below a repository's folder. Takes no lock; follows no symbolic link, because a repository may come from a stranger.</summary>
/// <param name="pending">An update that holds and is not in all files yet; null when there is none, or when the files themselves are meant.</param>
internal sealed class RefFiles(string folder, RefJournal? pending = null)
{
    // An id has 64 digits and names are at most a path long.
    private const int MaxRefBytes = 8192;

    // What file systems allow for a component is 255 bytes.
    private const int MaxComponentBytes = 250;
    private const int MaxNameBytes = 2048;
    private const int MaxLogBytes = 1 << 30;

    public string Folder { get; } = Path.GetFullPath(folder);

    public string PathOf(RefName name) => Path.Combine(Folder, name.Value);

    public string LogPathOf(RefName name) => Path.Combine(Folder, "logs", name.Value);

    /// <summary>Refuses names that no file can have, or that are folders of every repository.</summary>
    public static void CheckStorable(RefName name)
    {
        if (IsFolder(name))
            throw new UsageException($"'{name}' is a folder of refs and cannot be one");
        if (!CanExist(name))
            throw new UsageException($"'{name.Value[..40]}…' is too long for the name of a ref: at most {MaxComponentBytes} bytes between slashes and {MaxNameBytes} in all");
    }

    /// <summary>Tells whether a repository can have a ref of a name.</summary>
    public static bool CanBe(RefName name) => !IsFolder(name) && CanExist(name);

    /// <summary>Reads a ref without following it; null when there is none.</summary>
    /// <exception cref="CorruptStoreException">HIST-010, HIST-011.</exception>
    public RefValue? Read(RefName name)
    {
        byte[]? bytes = ReadBytes(name);
        return bytes is null ? null : Parse(name, bytes);
    }

    /// <summary>Like <see cref="Read"/>, with null for a damaged ref: for those who replace or delete it.</summary>
    public RefValue? ReadOrDamaged(RefName name)
    {
        try
        {
            return Read(name);
        }
        catch (CorruptStoreException)
        {
            return null;
        }
    }

    /// <summary>Tells whether a ref's file is there, whatever it holds.</summary>
    public bool Exists(RefName name) => pending?.Find(name.Value) is { } step
        ? step.Kind != JournalStepKind.Delete
        : CanExist(name) && FindFile(name.Value);

    /// <summary>Tells whether something that is not a folder stands at a path: a file, or a link to one.</summary>
    public bool FindFile(string relative) => new FileInfo(Path.Combine(Folder, relative)) is { } file && (int)file.Attributes != -1 && !file.Attributes.HasFlag(FileAttributes.Directory);

    /// <summary>Returns the names below a prefix, sorted, whatever their files hold.</summary>
    public List<RefName> List(string prefix) => List(prefix, "");

    /// <summary>Returns the names of refs below a prefix that have a log, sorted.</summary>
    public List<RefName> ListLogs(string prefix) => List(prefix, RefJournal.LogPrefix);

    /// <summary>Returns the bytes of a log; null when there is none.</summary>
    /// <exception cref="CorruptStoreException">HIST-011, HIST-014.</exception>
    public byte[]? ReadLog(RefName name)
    {
        string relative = RefJournal.LogPrefix + name.Value;
        JournalStep? step = pending?.Find(relative);
        if (step is { Kind: not JournalStepKind.Append })
            return step.Kind == JournalStepKind.Write ? step.Bytes : null;
        byte[]? bytes = IsOwnFile(relative) ? TryReadAll(relative) : null;
        return step is null ? bytes : [.. (bytes ?? []).AsSpan(0, (int)Math.Min(step.Start, bytes?.Length ?? 0)), .. step.Bytes];
    }

    private List<RefName> List(string prefix, string root)
    {
        var names = new List<RefName>();
        string start = prefix[..(prefix.LastIndexOf('/') + 1)];
        if (start.Length == 0 && prefix.Length > 0 && "refs/".StartsWith(prefix, StringComparison.Ordinal))
            start = "refs/";
        if (start == "refs/" || (start.StartsWith("refs/", StringComparison.Ordinal) && RefName.IsWellFormed(start.TrimEnd('/'))))
            Collect(Path.Combine(Folder, root + start.TrimEnd('/')), start, names);
        names.RemoveAll(name => !name.Value.StartsWith(prefix, StringComparison.Ordinal) || pending?.Find(root + name.Value) is not null);
        if (pending is not null)
        {
            names.AddRange(pending.Steps
                .Where(step => step.Kind != JournalStepKind.Delete && step.Path.StartsWith(root + "refs/", StringComparison.Ordinal) && step.Path.StartsWith(root + prefix, StringComparison.Ordinal))
                .Select(step => RefName.Parse(step.Path[root.Length..])));
        }

        names.Sort();
        return names;
    }

    /// <summary>Refuses a path below the repository that leads over a symbolic link or to something that is not a file.</summary>
    /// <returns>False when there is no such file.</returns>
    public bool IsOwnFile(string relative)
    {
        string path = Folder;
        foreach (string component in relative.Split('/'))
        {
            path = Path.Combine(path, component);
            FileAttributes attributes = new FileInfo(path).Attributes;
            if ((int)attributes == -1)
                return false;
            if (attributes.HasFlag(FileAttributes.ReparsePoint))
                throw new CorruptStoreException("HIST-011", $"{relative}: '{component}' is a symbolic link, which mig does not follow here; remove {path}");
        }

        return LibC.GetFileType(path) switch
        {
            FileType.Regular => true,
            FileType.Directory or FileType.Missing => false,
            _ => throw new CorruptStoreException("HIST-011", $"{relative} is not a file; remove {path}"),
        };
    }

    /// <summary>Tells whether a ref has a log.</summary>
    public bool HasLog(RefName name) => pending?.Find(RefJournal.LogPrefix + name.Value) is { } step
        ? step.Kind != JournalStepKind.Delete
        : IsOwnFile(RefJournal.LogPrefix + name.Value);

    /// <summary>Refuses a path whose folders lead over a symbolic link: writing there would write elsewhere.</summary>
    public void CheckParents(string relative)
    {
        string path = Folder;
        string[] parts = relative.Split('/');
        foreach (string component in parts[..^1])
        {
            path = Path.Combine(path, component);
            var info = new FileInfo(path);
            if ((int)info.Attributes != -1 && info.Attributes.HasFlag(FileAttributes.ReparsePoint))
                throw new CorruptStoreException("HIST-011", $"{relative}: '{component}' is a symbolic link, which mig does not follow here; remove {path}");
        }
    }

    private static bool IsFolder(RefName name) => name.Value is "refs/heads" or "refs/tags" or "refs/remotes";

    private static bool CanExist(RefName name) =>
        Encoding.UTF8.GetByteCount(name.Value) <= MaxNameBytes && Array.TrueForAll(name.Value.Split('/'), part => Encoding.UTF8.GetByteCount(part) <= MaxComponentBytes);

    private static RefValue Parse(RefName name, byte[] bytes)
    {
        if (Utf8Text.TryDecode(bytes, out string? text))
        {
            string content = text.TrimEnd();
            if (content.Length == 2 * ObjectId.Size && ObjectId.TryParse(content, out ObjectId id) && !id.IsNull)
                return new RefValue(id, null);
            if (content.StartsWith("ref:", StringComparison.Ordinal) && RefName.TryParse(content[4..].TrimStart(), out RefName? target)
                && target.Value.StartsWith("refs/", StringComparison.Ordinal))
                return new RefValue(default, target);
        }

        throw Damaged(name, bytes.Length == 0 ? "is empty" : $"holds {Utf8Text.Quote(bytes)}");
    }

    private static CorruptStoreException Damaged(RefName name, string found)
    {
        string repair = name == RefName.Head
            ? "'mig checkout <branch>' sets it again"
            : name.IsBranch ? $"'mig reflog {name.ShortName}' shows where it was, 'mig branch -f {name.ShortName} <commit>' sets it again"
            : $"delete it or set it again; 'mig reflog {name}' may show where it was";
        return new CorruptStoreException("HIST-010", $"the file of {name} {found}; 64 hexadecimal digits or 'ref: refs/…' are needed; {repair}");
    }

    private byte[]? ReadBytes(RefName name)
    {
        if (pending?.Find(name.Value) is { } step)
            return step.Kind == JournalStepKind.Write ? step.Bytes : null;
        if (!CanExist(name) || !IsOwnFile(name.Value))
            return null;
        try
        {
            byte[] bytes = HostFiles.ReadAllBytes(PathOf(name), MaxRefBytes + 1);
            return bytes.Length <= MaxRefBytes ? bytes : throw Damaged(name, $"holds more than {MaxRefBytes} bytes");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // deleted since we looked
        }
    }

    private byte[]? TryReadAll(string relative)
    {
        string path = Path.Combine(Folder, relative);
        try
        {
            return new FileInfo(path).Length <= MaxLogBytes
                ? HostFiles.ReadAllBytes(path)
                : throw new CorruptStoreException("HIST-014", $"{path} is larger than {MaxLogBytes} bytes; run 'mig reflog expire'");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static void Collect(string folder, string prefix, List<RefName> names)
    {
        var info = new DirectoryInfo(folder);
        if (!info.Exists)
            return;
        if (info.LinkTarget is not null)
            throw new CorruptStoreException("HIST-011", $"{prefix.TrimEnd('/')} is a symbolic link, which mig does not follow here; remove {folder}");
        try
        {
            foreach (FileSystemInfo entry in info.EnumerateFileSystemInfos())
            {
                string name = prefix + entry.Name;
                if (entry is DirectoryInfo && entry.LinkTarget is null)
                    Collect(entry.FullName, name + "/", names);
                else if (RefName.TryParse(name, out RefName? refName))
                    names.Add(refName);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Removed since we looked, as its last ref was deleted.
        }
    }
}
