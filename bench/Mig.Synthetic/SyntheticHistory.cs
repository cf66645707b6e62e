using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.History.Trees;
using Mig.Store;
using Mig.Store.Packs;

namespace Mig.Synthetic;

/// <summary>
/// Makes many versions of one image without disks: each has other contents of a few files, and shares the rest. Their block view stays that of the first, so they are for
/// questions about files, not for export.
/// </summary>
/// <param name="paths">The files that change; each gets its commit's number as content. One that is missing is made where its directory exists.</param>
public sealed class SyntheticHistory(Repository repository, IReadOnlyList<string> paths)
{
    public static IReadOnlyList<string> DefaultPaths { get; } = ["etc/hostname", "var/log/dpkg.log"];

    private readonly Dictionary<TreeId, IReadOnlyList<TreeEntry>> _directories = [];

    /// <summary>What the files hold in the commit of a number, counted from 1.</summary>
    public static byte[] ContentOf(int number) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"version {number}\n"));

    /// <summary>Adds commits, in turn to each of some new branches <c>synthetic/1</c>, <c>synthetic/2</c>, …; all come from HEAD.</summary>
    public void Add(int commits, int branches)
    {
        CommitId start = repository.Revisions.ResolveCommit("HEAD");
        Commit first = repository.Objects.ReadCommit(start);
        MachineImage image = repository.Objects.ReadImage(first.Image);
        var tips = Enumerable.Repeat(start, branches).ToArray();
        using (ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions))
        {
            for (int i = 1; i <= commits; i++)
                tips[(i - 1) % branches] = AddCommit(writer, image, first, tips[(i - 1) % branches], i);
            writer.Complete();
        }

        RefTransaction refs = repository.Refs.BeginTransaction(first.Committer);
        for (int i = 0; i < branches; i++)
            refs.Update(RefName.Branch(string.Create(CultureInfo.InvariantCulture, $"synthetic/{i + 1}")), null, tips[i].Value, "synthetic");
        refs.Commit();
    }

    private CommitId AddCommit(ObjectWriter writer, MachineImage image, Commit first, CommitId parent, int number)
    {
        byte[] content = ContentOf(number);
        var blob = new BlobId(ObjectId.Of(content));
        writer.AddBlob(blob, content, default);
        var trees = new TreeWriter(writer);
        MachineImage changed = image with
        {
            Disks = [.. image.Disks.Select(disk => disk with
            {
                Volumes = [.. disk.Volumes.Select(volume => volume with { Root = volume.Root is { } root ? Change(root, paths, content, blob, trees) : null })],
            })],
        };
        Signature when = Signature.Create(first.Committer.Name, first.Committer.Email, first.Committer.Seconds + number, 0);
        var commit = new Commit { Image = changed.Write(writer), Parents = [parent], Author = when, Committer = when, Message = $"version {number}\n" };
        return new CommitId(writer.AddObject(ObjectKind.Commit, commit.Encode()));
    }

    private TreeEntry Change(TreeEntry directory, IReadOnlyList<string> below, byte[] content, BlobId blob, TreeWriter trees)
    {
        if (!_directories.TryGetValue(directory.Tree, out IReadOnlyList<TreeEntry>? entries))
            _directories.Add(directory.Tree, entries = TreeReader.ReadEntries(repository.Store, directory.Tree));
        List<TreeEntry> changed = [.. entries];
        bool any = false;
        foreach (IGrouping<string, string> group in below.GroupBy(path => path.Split('/', 2)[0]))
        {
            byte[] name = Encoding.UTF8.GetBytes(group.Key);
            int at = changed.FindIndex(entry => entry.Name.Span.SequenceEqual(name));
            List<string> rest = [.. group.Where(path => path.Contains('/', StringComparison.Ordinal)).Select(path => path.Split('/', 2)[1])];
            if (rest.Count > 0 && at >= 0 && changed[at].Type == TreeEntryType.Directory)
            {
                changed[at] = Change(changed[at], rest, content, blob, trees);
                any = true;
            }
            else if (rest.Count == 0)
            {
                TreeEntry file = at >= 0 ? changed[at] : new TreeEntry { Name = name, Type = TreeEntryType.File, Mode = 0x1A4 };
                file = file with { Type = TreeEntryType.File, Size = content.Length, Sha256 = blob.Value, List = null, LinkTarget = default };
                changed.RemoveAll(entry => entry.Name.Span.SequenceEqual(name));
                changed.Add(file);
                any = true;
            }
        }

        changed.Sort((left, right) => left.Name.Span.SequenceCompareTo(right.Name.Span));
        return any ? directory with { Tree = trees.Write(changed) } : directory;
    }
}
