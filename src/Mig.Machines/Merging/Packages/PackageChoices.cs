using System.Text;
using Mig.History.Merging;

namespace Mig.Machines.Merging.Packages;

/// <summary>What the user decided about packages: a side for the path of their database, or a database that was made by hand.</summary>
/// <param name="prefix">Of the volume, as paths begin with it.</param>
internal sealed class PackageChoices(MergeChoices choices, string prefix)
{
    /// <summary>Returns whose side was taken for a path; null for none.</summary>
    public MergeSide? SideOf(string path) => choices.SideOf(PathOf(path));

    /// <summary>Returns the content that a table was given by hand; null when it was not.</summary>
    public byte[]? ContentOf(string path) => choices.Contents.GetValueOrDefault(PathOf(path));

    /// <summary>Returns whose package a table that was made by hand has, by the version in it; null when it is neither's.</summary>
    public static MergeSide? SideOf(string? made, string? ours, string? theirs) =>
        made == ours ? MergeSide.Ours : made == theirs ? MergeSide.Theirs : null;

    private string PathOf(string path) => MergeConflictPath.Of(prefix, Encoding.Latin1.GetBytes(path));
}
