namespace Mig.FileSystems.Fat;

/// <summary>How many bits an entry of the allocation table has.</summary>
internal enum FatType
{
    Fat12 = 12,
    Fat16 = 16,
    Fat32 = 32,
}
