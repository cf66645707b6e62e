namespace Mig.Images.Ingest;

/// <summary>A volume turned out to be damaged while its files were read; it never leaves <see cref="DiskIngest"/>.</summary>
internal sealed class DamagedVolumeException(int number, string reason) : Exception(reason)
{
    public int Number { get; } = number;

    public string Reason { get; } = reason;
}
