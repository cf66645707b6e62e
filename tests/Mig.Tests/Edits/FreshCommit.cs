using Mig.History.Images;
using Mig.History.Trees;
using Mig.Tests.Support;

namespace Mig.Tests.Edits;

/// <summary>The commit of a disk as a judge of edits: it reads everything anew, and knows nothing of what was edited.</summary>
internal static class FreshCommit
{
    /// <summary>Checks that all volumes of the last version hold what a commit of its disk finds.</summary>
    /// <param name="disk">The disk as it was exported.</param>
    /// <param name="where">For the message.</param>
    public static void AssertFindsTheSame(TestRepository test, string disk, string where)
    {
        using var other = new TestRepository();
        File.Copy(disk, other.Files["disk"]);
        other.Commit("disk");
        IReadOnlyList<TreeEntry?> edited = ReadRoots(test), read = ReadRoots(other);
        Assert.Equal(read.Count, edited.Count);
        for (int i = 0; i < read.Count; i++)
        {
            Assert.True(edited[i]?.Tree == read[i]?.Tree, $"{where}: the edit has the tree {edited[i]?.Tree}, the disk {read[i]?.Tree}");
            Assert.Equal(Bare(read[i]), Bare(edited[i]));
        }
    }

    private static List<TreeEntry?> ReadRoots(TestRepository test)
    {
        using Repository repository = test.Open();
        return [.. repository.Objects.ReadImage(repository.Revisions.ResolveImage("HEAD")).Disks[0].Volumes.Select(volume => volume.Root)];
    }

    // What compares by value.
    private static TreeEntry? Bare(TreeEntry? root) =>
        root is null ? null : root with { Name = default, LinkTarget = default, Xattrs = [] };
}
