using System.Text;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Commits;

namespace Mig.History.Refs;

/// <summary>Refs as files below a repository's folder. Takes no lock; follows no symbolic link, because a repository may come from a stranger.</summary>
internal sealed class RefFiles(string folder)
{
    // An id has 64 digits and names are at most a path long.
    private const int MaxRefBytes = 8192;

    // What file systems allow for a component is 255 bytes.
    private const int MaxComponentBytes = 250;
    private const int MaxNameBytes = 2048;

    public string Folder { get; } = Path.GetFullPath(folder);

    public string PathOf(RefName name) => Path.Combine(Folder, name.Value);

    public string LogPathOf(RefName name) => Path.Combine(Folder, "logs", name.Value);

    /// <summary>Refuses names that no file can have, or that are folders of every repository.</summary>
    public static void CheckStorable(RefName name)
    {
        if (name.Value is "refs/heads" or "refs/tags" or "refs/remotes")
            throw new UsageException($"'{name}' is a folder of refs and cannot be one");
        if (!CanExist(name))
            throw new UsageException($"'{name.Value[..40]}…' is too long for the name of a ref: at most {MaxComponentBytes} bytes between slashes and {MaxNameBytes} in all");
    }

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
    public bool Exists(RefName name) => CanExist(name) && new FileInfo(PathOf(name)) is { } file && (int)file.Attributes != -1 && !file.Attributes.HasFlag(FileAttributes.Directory);

    /// <summary>Returns the names below a prefix, sorted, whatever their files hold.</summary>
    public List<RefName> List(string prefix)
    {
        var names = new List<RefName>();
        string start = prefix[..(prefix.LastIndexOf('/') + 1)];
        if (start.Length == 0 && prefix.Length > 0 && "refs/".StartsWith(prefix, StringComparison.Ordinal))
            start = "refs/";
        if (start == "refs/" || (start.StartsWith("refs/", StringComparison.Ordinal) && RefName.IsWellFormed(start.TrimEnd('/'))))
            Collect(Path.Combine(Folder, start.TrimEnd('/')), start, names);
        names.RemoveAll(name => !name.Value.StartsWith(prefix, StringComparison.Ordinal));
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

    /// <summary>Refuses a name whose folders lead over a symbolic link: writing there would write elsewhere.</summary>
    public void CheckParents(RefName name)
    {
        string path = Folder;
        string[] parts = name.Value.Split('/');
        foreach (string component in parts[..^1])
        {
            path = Path.Combine(path, component);
            var info = new FileInfo(path);
            if ((int)info.Attributes != -1 && info.Attributes.HasFlag(FileAttributes.ReparsePoint))
                throw new CorruptStoreException("HIST-011", $"{name}: '{component}' is a symbolic link, which mig does not follow here; remove {path}");
        }
    }

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
