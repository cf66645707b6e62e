namespace Mig.Store.Content;

/// <summary>Sizes that the format fixes.</summary>
public static class BlobLimits
{
    /// <summary>Most bytes in a blob.</summary>
    public const int MaxBlobSize = 4 << 20;

    /// <summary>Files above this are cut into chunks; smaller ones are one blob, whose id is what <c>sha256sum</c> prints.</summary>
    public const int MaxWholeFileSize = 1 << 20;
}
