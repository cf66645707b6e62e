namespace Mig.FileSystems.Ntfs;

/// <summary>Names an MFT record: 48 bits of number, 16 bits that count how often the record was used anew.</summary>
internal readonly record struct FileReference(ulong Value)
{
    public long Number => (long)(Value & 0xFFFFFFFFFFFF);

    public ushort Sequence => (ushort)(Value >> 48);
}
