namespace Mig.Disks.Qcow2;

/// <summary>How the compressed clusters of an image are compressed.</summary>
internal enum Qcow2Compression : byte
{
    /// <summary>RFC 1951, without a header.</summary>
    Deflate = 0,
    Zstd = 1,
}
