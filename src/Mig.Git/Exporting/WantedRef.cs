using Mig.Core;
using Mig.Git.Objects;

namespace Mig.Git.Exporting;

/// <summary>A branch or tag that is to be in Git.</summary>
/// <param name="Name">Its full name, the same on both sides.</param>
/// <param name="Id">What it is to name there.</param>
/// <param name="Version">The version that it leads to here.</param>
internal sealed record WantedRef(string Name, GitId Id, CommitId Version);
