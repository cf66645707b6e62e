namespace Mig.Disks.Qcow2;

/// <summary>The incompatible features: a reader must know each one that is set.</summary>
[Flags]
internal enum Qcow2Features : ulong
{
    None = 0,
    Dirty = 1 << 0,
    Corrupt = 1 << 1,
    ExternalData = 1 << 2,
    CompressionType = 1 << 3,
    ExtendedL2 = 1 << 4,
    All = Dirty | Corrupt | ExternalData | CompressionType | ExtendedL2,
}
