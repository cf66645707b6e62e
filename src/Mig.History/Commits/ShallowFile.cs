using System.Text;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Refs;
using Mig.Store.Locks;

namespace Mig.History.Commits;

/// <summary>
/// The file <c>shallow</c> of a repository: commits whose parents are not here, as a clone with <c>--depth</c> leaves them. Ids, one on
/// each line, as in Git.
/// </summary>
/// <param name="repositoryFolder">The folder <c>.mig</c>.</param>
public sealed class ShallowFile(string repositoryFolder)
{
    private const int MaxBytes = 64 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _path = Path.Combine(Path.GetFullPath(repositoryFolder), "shallow");

    /// <summary>Returns the commits; none when there is no such file.</summary>
    /// <exception cref="CorruptStoreException">HIST-015: it holds something else.</exception>
    public IReadOnlySet<ObjectId> Read()
    {
        var commits = new HashSet<ObjectId>();
        switch (LibC.GetFileType(_path))
        {
            case FileType.Missing:
                return commits;
            case not FileType.Regular:
                throw Damaged("is not a file");
        }

        if (new FileInfo(_path) is { LinkTarget: not null } or { Length: > MaxBytes })
            throw Damaged($"is a symbolic link, or larger than {MaxBytes} bytes");
        int number = 0;
        foreach (string line in Encoding.UTF8.GetString(HostFiles.ReadAllBytes(_path)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            number++;
            if (!ObjectId.TryParse(line, out ObjectId id))
                throw Damaged($"holds {Utf8Text.Quote(Encoding.UTF8.GetBytes(line))} in line {number}");
            commits.Add(id);
        }

        return commits;
    }

    /// <summary>Adds and removes commits, durably; a file that would be empty goes away. Others may do the same at once.</summary>
    public void Update(IEnumerable<ObjectId> added, IEnumerable<ObjectId> removed)
    {
        using FileLock gate = FileLock.Acquire(_path + ".lock", "the list of shallow commits", Patience, remove: true);
        IReadOnlySet<ObjectId> before = Read();
        var after = new SortedSet<ObjectId>(before);
        after.ExceptWith(removed);
        after.UnionWith(added);
        if (after.SetEquals(before))
            return;
        if (after.Count == 0)
        {
            HostFiles.Delete(_path);
            HostFiles.SyncFolder(Path.GetDirectoryName(_path)!);
            return;
        }

        DurableFile.WriteNew(_path + ".new", Encoding.UTF8.GetBytes(string.Concat(after.Select(id => id + "\n"))));
        DurableFile.Publish(_path + ".new", _path);
    }

    private CorruptStoreException Damaged(string found) =>
        new("HIST-015",
            $"{_path} {found}; a line for each commit with its 64 hexadecimal digits is needed; remove it, and 'mig fetch --unshallow' "
            + "brings what is missing");
}
