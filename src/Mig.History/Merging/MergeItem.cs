using Mig.History.Trees;

namespace Mig.History.Merging;

/// <summary>A path that a merge has to decide.</summary>
/// <param name="standing">What stands there on our side.</param>
/// <param name="before">What is merged: the common origin, which a rename may have taken from another path.</param>
/// <param name="ours">Our version of it.</param>
/// <param name="theirs">Their version of it.</param>
internal sealed class MergeItem(TreeEntry? standing, TreeEntry? before, TreeEntry? ours, TreeEntry? theirs)
{
    public TreeEntry? Standing { get; } = standing;

    public TreeEntry? Before { get; set; } = before;

    public TreeEntry? Ours => ours;

    public TreeEntry? Theirs => theirs;

    public bool IsDecided { get; private set; }

    /// <summary>What is to stand there; until it is decided, what stands there.</summary>
    public TreeEntry? Result { get; private set; } = standing;

    public MergeItem Decide(TreeEntry? result)
    {
        (Result, IsDecided) = (result, true);
        return this;
    }
}
