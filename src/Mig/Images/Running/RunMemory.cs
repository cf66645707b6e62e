using System.Globalization;
using System.Text;
using Mig.Care.Maintenance;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Revisions;
using Mig.History.Trust;
using Mig.Store;

namespace Mig.Images.Running;

/// <summary>
/// Which version came of which command on which image, so that the same needs no second run: <c>cache/runs</c>, sealed by the user's key,
/// 64 bytes for each: what was run, and the version. What is gone, or is not sealed here, is run again.
/// </summary>
internal sealed class RunMemory(Repository repository)
{
    private const string Name = "runs";
    private const int RowSize = 2 * ObjectId.Size;
    private const int MaxRows = 100_000;
    private const int MaxLent = 100_000;

    /// <summary>Returns what stands for a command and all that it can see; null when that is not known whole.</summary>
    /// <remarks>Not with this machine's network, folders that it may write, or what comes through a pipe: no two runs are the
    /// same.</remarks>
    public static ObjectId? KeyOf(ImageId image, RunRequest request)
    {
        if (request.Network || request.HasInput || request.Binds.Any(bind => bind.IsWritable))
            return null;
        var text = new StringBuilder("mig run 1\0");
        void Add(params ReadOnlySpan<object?> words)
        {
            foreach (object? word in words)
                text.Append(CultureInfo.InvariantCulture, $"{word}\0");
            text.Append('\0');
        }

        Add(image, request.WorkingFolder);
        Add([.. request.Command]);
        Add([.. request.WithoutMounts.Order(StringComparer.Ordinal)]);
        foreach ((string name, string value) in Sandbox.Variables(request).OrderBy(pair => pair.Key, StringComparer.Ordinal))
            Add(name, value);
        int lent = 0;
        foreach (RunBind bind in request.Binds)
        {
            Add(bind.To);
            var open = new Stack<string>([Path.GetFullPath(bind.From)]);
            while (open.TryPop(out string? path))
            {
                if (++lent > MaxLent || FileStatus.Of(path, followsLinks: path == Path.GetFullPath(bind.From)) is not { } status)
                    return null;
                Add(path, status.Type, status.Mode, status.Uid, status.Gid, status.Length, status.Modified, status.Changed, status.Inode,
                    status.Device);
                if (status.Type == FileType.Directory)
                {
                    foreach (string child in HostFiles.ListAll(path).Order(StringComparer.Ordinal))
                        open.Push(child);
                }
            }
        }

        return ObjectId.Of(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Returns the version that came of it; null when none is known, or no ref leads to it. The caller holds a lock of
    /// <see cref="ObjectStore.Retain"/> until a ref leads to what it makes of it.</summary>
    public CommitId? Find(in ObjectId key)
    {
        byte[] rows = Read();
        for (int at = 0; at < rows.Length; at += RowSize)
        {
            if (new ObjectId(rows.AsSpan(at, ObjectId.Size)) != key)
                continue;
            var made = new CommitId(new ObjectId(rows.AsSpan(at + ObjectId.Size, ObjectId.Size)));
            return IsThere(made) ? made : null;
        }

        return null;
    }

    /// <summary>Notes what came of it; the latest stand first.</summary>
    public void Add(in ObjectId key, CommitId made)
    {
        byte[] rows = Read();
        byte[] all = new byte[RowSize + Math.Min(rows.Length, (MaxRows - 1) * RowSize)];
        key.CopyTo(all);
        made.Value.CopyTo(all.AsSpan(ObjectId.Size));
        rows.AsSpan(0, all.Length - RowSize).CopyTo(all.AsSpan(RowSize));
        SealedFile.TryWrite(repository.Folder, Name, all);
    }

    private byte[] Read() => SealedFile.Read(repository.Folder, Name, MaxRows * RowSize) is { } rows && rows.Length % RowSize == 0
        ? rows : [];

    // What no ref leads to may be gone in part: a collection takes pack by pack. The newest come first, so this is soon known.
    private bool IsThere(CommitId id)
    {
        List<CommitId> roots = [.. Reachability.FindRoots(repository)
            .Where(root => repository.Objects.GetKind(root) == ObjectKind.Commit).Select(root => new CommitId(root))];
        return new CommitWalk(repository.Objects, (_, _) => { }).Walk(roots).Any(commit => commit.Id == id);
    }
}
