using System.IO.Enumeration;
using System.Text;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Commits;

namespace Mig.History.Refs;

/// <summary>
/// Refs as files below a repository's folder, a file each or packed together. Takes no lock; follows no symbolic link, because a repository
/// may come from a stranger.
/// </summary>
/// <param name="packed">The packed refs; what a ref's own file says goes before.</param>
/// <param name="pending">An update that holds and is not in all files yet; null when there is none, or when the files themselves are
/// meant.</param>
/// <param name="folders">What is known of folders, for those who look at many refs in a moment: whether they are there, and no links. Null
/// to look each time.</param>
internal sealed class RefFiles(string folder, PackedFile packed, RefJournal? pending = null, Dictionary<string, bool>? folders = null)
{
    // An id has 64 digits and names are at most a path long.
    private const int MaxRefBytes = 8192;

    // What file systems allow for a component is 255 bytes.
    private const int MaxComponentBytes = 250;
    private const int MaxNameBytes = 2048;
    private const int MaxLogBytes = 1 << 30;

    private static readonly EnumerationOptions RawListing = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    public string Folder { get; } = Path.GetFullPath(folder);

    public string PathOf(RefName name) => Path.Combine(Folder, name.Value);

    public string LogPathOf(RefName name) => Path.Combine(Folder, "logs", name.Value);

    /// <summary>Returns the refs of now, for those who have the lock and look at many.</summary>
    public RefFiles Pin() => new(Folder, packed.Pin(), pending, new Dictionary<string, bool>(StringComparer.Ordinal));

    /// <summary>Returns the same refs for those who look at many of them in one moment.</summary>
    public RefFiles ForMany() => new(Folder, packed, pending, new Dictionary<string, bool>(StringComparer.Ordinal));

    /// <summary>Refuses names that no file can have, or that are folders of every repository.</summary>
    public static void CheckStorable(RefName name)
    {
        if (IsFolder(name))
            throw new UsageException($"'{name}' is a folder of refs and cannot be one");
        if (!CanExist(name))
            throw new UsageException(
                $"'{name.Value[..40]}…' is too long for the name of a ref: at most {MaxComponentBytes} bytes between slashes and "
                + $"{MaxNameBytes} in all");
    }

    /// <summary>Tells whether a repository can have a ref of a name.</summary>
    public static bool CanBe(RefName name) => !IsFolder(name) && CanExist(name);

    /// <summary>Reads a ref without following it; null when there is none.</summary>
    /// <exception cref="CorruptStoreException">HIST-010, HIST-011, HIST-018.</exception>
    public RefValue? Read(RefName name)
    {
        if (pending?.Find(name.Value) is { Kind: not JournalStepKind.Write })
            return null;

        // In this order: a ref that moves from its file into the packed ones is there before its file goes.
        if (ReadBytes(name) is { } bytes)
            return Parse(name, bytes);
        return packed.Read().Find(name) is { } id ? new RefValue(id, null) : null;
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

    /// <summary>Tells whether a ref is there, whatever its file holds.</summary>
    public bool Exists(RefName name) => pending?.Find(name.Value) is { } step
        ? step.Kind != JournalStepKind.Delete
        : CanExist(name) && (FindFile(name.Value) || packed.Read().Find(name) is not null);

    /// <summary>Tells whether something that is not a folder stands at a path: a file, or a link to one.</summary>
    public bool FindFile(string relative)
    {
        string path = Path.Combine(Folder, relative);
        FileType? type = FileStatus.Of(path, followsLinks: false)?.Type;
        return type == FileType.SymbolicLink ? LibC.GetFileType(path) != FileType.Directory : type is not (null or FileType.Directory);
    }

    /// <summary>Returns the names below a prefix, sorted, whatever their files hold.</summary>
    /// <exception cref="CorruptStoreException">HIST-011, HIST-018.</exception>
    public List<RefName> List(string prefix) => [.. ListValues(prefix).Select(found => found.Name)];

    /// <summary>
    /// Returns the refs below a prefix, sorted by name; what one says that has a file of its own is to be read from there.
    /// </summary>
    /// <param name="after">Only refs behind this one; null for all.</param>
    /// <param name="damaged">Takes what is wrong with the packed refs, which are left out then; when null, that is thrown.</param>
    public IEnumerable<(RefName Name, ObjectId? Packed)> ListValues(
        string prefix, RefName? after = null, ICollection<CorruptStoreException>? damaged = null)
    {
        // In this order: a ref that moves from its file into the packed ones is there before its file goes.
        List<RefName> own = List(prefix, "", after);
        int i = 0;
        foreach ((RefName name, ObjectId id) in ListPacked(prefix, after, damaged))
        {
            while (i < own.Count && own[i] < name)
                yield return (own[i++], null);
            if ((i >= own.Count || own[i] != name) && pending?.Find(name.Value) is null)
                yield return (name, id);
        }

        while (i < own.Count)
            yield return (own[i++], null);
    }

    /// <summary>Returns the names of refs below a prefix that have a file of their own, sorted.</summary>
    public List<RefName> ListOwn(string prefix) => List(prefix, "");

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

    private IEnumerable<(RefName Name, ObjectId Id)> ListPacked(string prefix, RefName? after, ICollection<CorruptStoreException>? damaged)
    {
        try
        {
            IEnumerable<(RefName, ObjectId)> found = packed.Read().List(prefix, after);

            // Where one of them is damaged, all of them are left out: nobody knows what else is.
            return damaged is null ? found : [.. found];
        }
        catch (CorruptStoreException e) when (damaged is not null)
        {
            damaged.Add(e);
            return [];
        }
    }

    private List<RefName> List(string prefix, string root, RefName? after = null)
    {
        var names = new List<RefName>();
        string start = prefix[..(prefix.LastIndexOf('/') + 1)];
        if (start.Length == 0 && prefix.Length > 0 && "refs/".StartsWith(prefix, StringComparison.Ordinal))
            start = "refs/";
        if (start == "refs/" || (start.StartsWith("refs/", StringComparison.Ordinal) && RefName.IsWellFormed(start.TrimEnd('/'))
            && (folders is null || HasFolder(root + start.TrimEnd('/')))))
            Collect(Path.Combine(Folder, root + start.TrimEnd('/')), start, after?.Value, names);
        names.RemoveAll(name => !name.Value.StartsWith(prefix, StringComparison.Ordinal) || pending?.Find(root + name.Value) is not null);
        if (pending is not null)
        {
            names.AddRange(pending.Steps
                .Where(step => step.Kind != JournalStepKind.Delete && step.Path.StartsWith(root + "refs/", StringComparison.Ordinal)
                    && step.Path.StartsWith(root + prefix, StringComparison.Ordinal))
                .Select(step => RefName.Parse(step.Path[root.Length..]))
                .Where(name => after is null || name > after));
        }

        names.Sort();
        return names;
    }

    /// <summary>Refuses a path below the repository that leads over a symbolic link or to something that is not a file.</summary>
    /// <returns>False when there is no such file.</returns>
    public bool IsOwnFile(string relative)
    {
        string path = Path.Combine(Folder, relative);
        if (!HasFolder(relative))
            return false;
        return FileStatus.Of(path, followsLinks: false)?.Type switch
        {
            FileType.Regular => true,
            null or FileType.Directory => false,
            FileType.SymbolicLink => throw Link(relative, path),
            _ => throw new CorruptStoreException("HIST-011", $"{relative} is not a file; remove {path}"),
        };
    }

    /// <summary>Tells whether the folder in which a path would lie is there.</summary>
    /// <exception cref="CorruptStoreException">HIST-011: a symbolic link leads there.</exception>
    public bool HasFolder(string relative)
    {
        int end = relative.LastIndexOf('/');
        if (end <= 0)
            return true;
        if (folders is not null && folders.TryGetValue(relative[..end], out bool isThere))
            return isThere;
        isThere = true;
        for (int slash = relative.IndexOf('/', StringComparison.Ordinal); slash > 0 && isThere; slash = relative.IndexOf('/', slash + 1))
        {
            string above = Path.Combine(Folder, relative[..slash]);
            FileType? type = FileStatus.Of(above, followsLinks: false)?.Type;
            if (type == FileType.SymbolicLink)
                throw Link(relative, above);
            isThere = type is not null;
        }

        folders?.Add(relative[..end], isThere);
        return isThere;
    }

    private static CorruptStoreException Link(string relative, string path) =>
        new("HIST-011", $"{relative}: '{Path.GetFileName(path)}' is a symbolic link, which mig does not follow here; remove {path}");

    /// <summary>Tells whether a ref has a log.</summary>
    public bool HasLog(RefName name) => pending?.Find(RefJournal.LogPrefix + name.Value) is { } step
        ? step.Kind != JournalStepKind.Delete
        : IsOwnFile(RefJournal.LogPrefix + name.Value);

    /// <summary>Refuses a path whose folders lead over a symbolic link: writing there would write elsewhere.</summary>
    public void CheckParents(string relative) => _ = HasFolder(relative);

    private static bool IsFolder(RefName name) => name.Value is "refs/heads" or "refs/tags" or "refs/remotes";

    private static bool CanExist(RefName name) =>
        Encoding.UTF8.GetByteCount(name.Value) <= MaxNameBytes
            && Array.TrueForAll(name.Value.Split('/'), part => Encoding.UTF8.GetByteCount(part) <= MaxComponentBytes);

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
        return new CorruptStoreException(
            "HIST-010", $"the file of {name} {found}; 64 hexadecimal digits or 'ref: refs/…' are needed; {repair}");
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

    // A repository may have 100,000 of them: the kernel says with the name what is a folder, and what stands before the page that is asked
    // for is only passed over.
    private static void Collect(string folder, string prefix, string? after, List<RefName> names)
    {
        FileType? type = FileStatus.Of(folder, followsLinks: false)?.Type;
        if (type == FileType.SymbolicLink)
            throw new CorruptStoreException(
                "HIST-011", $"{prefix.TrimEnd('/')} is a symbolic link, which mig does not follow here; remove {folder}");
        if (type != FileType.Directory)
            return;
        try
        {
            foreach ((string name, bool isFolder) in new FileSystemEnumerable<(string, bool)>(folder, Describe, RawListing))
            {
                if (isFolder)
                {
                    if (after is null || after.StartsWith(name, StringComparison.Ordinal) || RefName.CompareNames(name, after) > 0)
                        Collect(Path.Combine(folder, name[prefix.Length..].TrimEnd('/')), name, after, names);
                }
                else if ((after is null || RefName.CompareNames(name, after) > 0) && RefName.TryParse(name, out RefName? refName))
                {
                    names.Add(refName);
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Removed since we looked, as its last ref was deleted.
        }

        (string Name, bool IsFolder) Describe(ref FileSystemEntry entry)
        {
            bool isFolder = entry.IsDirectory && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint);
            return (string.Concat(prefix, entry.FileName, isFolder ? "/" : ""), isFolder);
        }
    }
}
