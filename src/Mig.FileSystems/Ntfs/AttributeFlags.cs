namespace Mig.FileSystems.Ntfs;

/// <summary>How an attribute's value is stored.</summary>
[Flags]
internal enum AttributeFlags : ushort
{
    None = 0,
    CompressionMethod = 0x00FF,
    Compressed = 0x0001,
    Encrypted = 0x4000,
    Sparse = 0x8000,
}
