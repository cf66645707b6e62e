namespace Mig.Images.Grep;

/// <summary>What was found in a content.</summary>
internal sealed class GrepHits
{
    public bool IsBinary { get; set; }

    public long Count { get; set; }

    /// <summary>Numbers and bytes of the lines, when they are wanted; null when there were too many to be kept.</summary>
    public List<(long Number, byte[] Line)>? Lines { get; set; } = [];
}
