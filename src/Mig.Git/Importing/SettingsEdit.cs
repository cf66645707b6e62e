using System.Text;
using Mig.Core;
using Mig.Edits.Operations;
using Mig.Git.Exporting;
using Mig.Git.Masking;
using Mig.Git.Names;
using Mig.Git.Objects;
using Mig.History.Diffs;
using Mig.History.Images;
using Mig.History.Revisions;
using Mig.History.Trees;
using Mig.Images.Browse;

namespace Mig.Git.Importing;

/// <summary>
/// Makes changes of a machine's files of what somebody changed of the text of <c>/etc</c> in Git. What is not exactly such a change is
/// refused by its name: tables and all else that is generated,
/// files that were masked, and files of the image that Git does not have.
/// </summary>
/// <param name="edited">The image that was edited in Git.</param>
/// <param name="now">The image that is changed: the same, or a later one.</param>
internal sealed class SettingsEdit(Repository repository, GitFolder folder, MachineImage edited, MachineImage now)
{
    private const string Etc = "etc";
    private const int MaxNamed = 10;

    private readonly List<string> _refused = [];
    private readonly ImagePath _edited = repository.Images.Find(edited, PathSpec.Root, "the version that was edited");
    private readonly ImagePath _now = repository.Images.Find(now, PathSpec.Root, "the branch");

    /// <exception cref="ConflictException">Something cannot be taken in; nothing is.</exception>
    public IReadOnlyList<EditOperation> Plan(string branch, IReadOnlyList<FileDifference> differences)
    {
        var operations = new List<EditOperation>();
        foreach (FileDifference difference in differences)
            operations.AddRange(Plan(difference));
        if (_refused.Count == 0)
            return operations;
        string more = _refused.Count > MaxNamed ? $"; and {_refused.Count - MaxNamed} more" : "";
        throw new ConflictException($"branch {branch}: only changes of the text of /etc can be taken in. "
            + $"{string.Join("; ", _refused.Take(MaxNamed))}{more}. Nothing was changed; undo those in Git, and import again");
    }

    private IEnumerable<EditOperation> Plan(FileDifference difference)
    {
        if (difference.Path[0] != Etc || difference.Path.Count < 2)
            return Refuse(difference, VersionTree.GeneratedNames.Contains(difference.Path[0]) ? "is generated" : "is outside of etc/");
        if (difference.Before is { Mode: GitMode.Other } || difference.After is { Mode: GitMode.Other })
            return Refuse(difference, "is a symbolic link, or a repository, and not a file");
        if (Locate(difference.Path) is not { } path)
            return Refuse(difference, "has a name that no export writes (docs/guide/git.md)");
        (TreeEntry? was, TreeEntry? isNow) = (Find(_edited, path), Find(_now, path));
        if (!IsSame(was, isNow))
            return Refuse(difference, "was changed in mig, too, since it was published");
        return difference.Before is { } before ? Change(difference, path, was, before) : Add(difference, path, isNow);
    }

    private IEnumerable<EditOperation> Change(FileDifference difference, byte[] path, TreeEntry? entry, GitTreeEntry before)
    {
        if (entry?.Type != TreeEntryType.File || entry.Size > ContentsWriter.MaxSize)
            return Refuse(difference, "is not a file that was published");
        using var content = new MemoryStream();
        repository.Images.CopyContent(_edited with { Path = path, Entry = entry }, content);
        if (folder.ReadBlob(before.Id, ContentsWriter.MaxSize) is not { } published || !content.ToArray().AsSpan().SequenceEqual(published))
            return Refuse(difference, "was masked, so what it really holds is not known in Git: use 'mig edit'");
        if (difference.After is not { } after)
            return [new RemoveOperation(path)];
        var operations = new List<EditOperation>();
        if (after.Id != before.Id)
        {
            if (ReadText(difference, after.Id) is not { } text)
                return [];
            operations.Add(new WriteOperation(path, new BytesContent(text), NodeSettings.None));
        }

        if (after.Mode != before.Mode)
            operations.Add(new ChangeModeOperation(path, ModeChange.Parse(after.Mode == GitMode.Executable ? "a+x" : "a-x")));
        return operations;
    }

    private IEnumerable<EditOperation> Add(FileDifference difference, byte[] path, TreeEntry? there)
    {
        if (there is not null)
            return Refuse(difference, "is in the image, and was not published: it is not text, too large, or not a file");
        if (HasOtherParent(path))
            return Refuse(difference, "would stand in what is not a directory in the image");
        if (ReadText(difference, difference.After!.Value.Id) is not { } text)
            return [];
        NodeSettings settings = difference.After.Value.Mode == GitMode.Executable ? new NodeSettings { Mode = ModeChange.Exactly(0x1ED) }
            : NodeSettings.None;
        return [new WriteOperation(path, new BytesContent(text), settings, MakesParents: true)];
    }

    private byte[]? ReadText(FileDifference difference, GitId blob)
    {
        if (folder.ReadBlob(blob, ContentsWriter.MaxSize) is not { } text)
            Refuse(difference, $"has more than {ContentsWriter.MaxSize} bytes");
        else if (!ContentsWriter.IsText(text))
            Refuse(difference, "is no longer text");
        else if (text.AsSpan().IndexOf(Encoding.ASCII.GetBytes(MaskRules.Mark)) >= 0)
            Refuse(difference, $"has {MaskRules.Mark} in it, which stands for something that Git does not know");
        else
            return text;
        return null;
    }

    private EditOperation[] Refuse(FileDifference difference, string reason)
    {
        _refused.Add($"{difference} {reason}");
        return [];
    }

    // A cut name is found among the names that there are; any other can be read back.
    private byte[]? Locate(IReadOnlyList<string> names)
    {
        var path = new List<byte>();
        foreach (string name in names)
        {
            if (path.Count > 0)
                path.Add((byte)'/');
            if (GitName.TryUnescape(name, out byte[]? plain))
                path.AddRange(plain);
            else if (FindCut(path.ToArray().AsSpan().TrimEnd((byte)'/'), name) is { } found)
                path.AddRange(found);
            else
                return null;
        }

        return [.. path];
    }

    private byte[]? FindCut(ReadOnlySpan<byte> directory, string name) =>
        TreeLookup.Find(repository.Store, _edited.Volume.Root!, directory) is { Type: TreeEntryType.Directory } parent
            ? TreeReader.ReadEntries(repository.Store, parent.Tree)
                .FirstOrDefault(entry => GitName.Escape(entry.Name.Span) == name)?.Name.ToArray()
            : null;

    private TreeEntry? Find(ImagePath root, byte[] path)
    {
        TreeEntry? entry = TreeLookup.Find(repository.Store, root.Volume.Root!, path);
        return entry?.Type == TreeEntryType.HardLink ? TreeLookup.FollowLink(repository.Store, root.Volume.Root!, entry) : entry;
    }

    private bool HasOtherParent(byte[] path)
    {
        for (int slash = Array.IndexOf(path, (byte)'/'); slash >= 0; slash = Array.IndexOf(path, (byte)'/', slash + 1))
        {
            if (TreeLookup.Find(repository.Store, _now.Volume.Root!, path.AsSpan(0, slash)) is { } parent
                && parent.Type != TreeEntryType.Directory)
                return true;
        }

        return false;
    }

    private static bool IsSame(TreeEntry? left, TreeEntry? right) =>
        left is null || right is null ? left is null && right is null
            : left.Type == right.Type && left.Sha256 == right.Sha256 && left.Size == right.Size && left.Mode == right.Mode;
}
