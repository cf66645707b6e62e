using Mig.Core;
using Mig.Git.Objects;

namespace Mig.Git.Importing;

/// <summary>Finds the files that two trees of Git have differently. What is the same in both is not read.</summary>
internal sealed class TreeComparison(GitFolder folder)
{
    private const int MaxDifferences = 10_000;
    private const int MaxDepth = 1024;

    private readonly List<FileDifference> _found = [];

    /// <exception cref="ConflictException">There are more than an edit has.</exception>
    public IReadOnlyList<FileDifference> Run(GitId before, GitId after)
    {
        Compare([], before, after);
        return _found;
    }

    private void Compare(IReadOnlyList<string> path, GitId? before, GitId? after)
    {
        if (before == after || path.Count > MaxDepth)
            return;
        GitTree old = Read(before), now = Read(after);
        foreach (string name in old.Entries.Concat(now.Entries).Select(entry => entry.Name).Distinct().Order(StringComparer.Ordinal))
        {
            GitTreeEntry? left = old.Find(name), right = now.Find(name);
            if (left == right)
                continue;
            IReadOnlyList<string> below = [.. path, name];
            GitId? leftTree = left is { Mode: GitMode.Tree } ? left.Value.Id : null, rightTree = right is { Mode: GitMode.Tree }
                ? right.Value.Id : null;
            if (leftTree is not null || rightTree is not null)
                Compare(below, leftTree, rightTree);
            if ((left is not null && leftTree is null) || (right is not null && rightTree is null))
                Add(new FileDifference(below, leftTree is null ? left : null, rightTree is null ? right : null));
        }
    }

    private void Add(FileDifference difference)
    {
        _found.Add(difference);
        if (_found.Count > MaxDifferences)
            throw new ConflictException($"more than {MaxDifferences} files were changed, which no review has");
    }

    private GitTree Read(GitId? tree) => tree is { } id ? folder.ReadTree(id) ?? GitTree.Empty : GitTree.Empty;
}
