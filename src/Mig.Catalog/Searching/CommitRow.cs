using Mig.Core;

namespace Mig.Catalog.Searching;

/// <summary>A row of the table of commits, with the rows of its parents.</summary>
internal sealed class CommitRow(long row, CommitId id, long seconds, long image)
{
    /// <summary>Its number; those of its parents are lower.</summary>
    public long Row => row;

    public CommitId Id => id;

    public long Seconds => seconds;

    public long Image => image;

    public List<CommitRow> Parents { get; } = [];

    /// <summary>Whether it is among those that are searched.</summary>
    public bool IsIn { get; set; }

    /// <summary>Its place among them.</summary>
    public int Place { get; set; }
}
