namespace Mig.Disks.Vmdk;

[Flags]
internal enum SparseFlags : uint
{
    NewlineTest = 1 << 0,
    RedundantDirectory = 1 << 1,
    ZeroedGrains = 1 << 2,
    Compressed = 1 << 16,
    Markers = 1 << 17,
}
