using System.Text;
using Mig.Core;
using Mig.Store;

namespace Mig.History.Trees;

/// <summary>
/// Holds a walk that follows every path to the limits. A small walk pays nothing; one that has met many names stops to survey what it
/// walks, which reads each tree once: so trees that stand for 10^12 names end it at once, and not when memory or patience does. For one
/// thread.
/// </summary>
/// <param name="roots">The directories that are walked.</param>
public sealed class WalkGuard(IObjectSource store, Limits limits, params IReadOnlyList<TreeId> roots)
{
    private const int FreeNames = 1 << 16;

    private int _met;

    /// <summary>Called for each name that the walk meets.</summary>
    /// <param name="depth">How deep the directory is that has it; 0 for a root.</param>
    /// <param name="path">Where the walk is, for the message.</param>
    /// <exception cref="CorruptStoreException">OBJ-009, OBJ-012: what is walked is beyond the limits.</exception>
    public void Meet(int depth, ReadOnlySpan<byte> path = default)
    {
        CheckDepth(depth, limits, path);
        if (++_met != FreeNames)
            return;
        var survey = new TreeSurvey(store, limits);
        foreach (TreeId root in roots)
            survey.Of(root);
    }

    /// <summary>Checks how deep a directory is.</summary>
    /// <exception cref="CorruptStoreException">OBJ-009: deeper than the limit.</exception>
    public static void CheckDepth(int depth, Limits limits, ReadOnlySpan<byte> path = default)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (depth > limits.MaxDirectoryDepth)
            throw new CorruptStoreException(
                "OBJ-009",
                $"directories are nested more than {limits.MaxDirectoryDepth} "
                + $"deep{(path.IsEmpty ? "" : $" at '{Encoding.UTF8.GetString(path[..Math.Min(path.Length, 64)])}…'")}; run mig fsck");
    }
}
