using Mig.Core;
using Mig.Git.Objects;

namespace Mig.Git.Exporting;

/// <summary>A directory as the version before has it, and what was published of it.</summary>
/// <param name="Tree">The directory.</param>
/// <param name="Table">Its table, or the tree of its tables; null when there is none.</param>
/// <param name="Children">The tree of the tables below it; null when there is none.</param>
internal readonly record struct EarlierDirectory(TreeId Tree, GitTreeEntry? Table, GitTree? Children);
