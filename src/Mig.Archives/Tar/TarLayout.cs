namespace Mig.Archives.Tar;

/// <summary>
/// Where the fields of a header stand. Source: POSIX pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format" for what stands
/// where ustar has its prefix.
/// </summary>
internal static class TarLayout
{
    public const int BlockSize = 512;

    public const int NameLength = 100;
    public const int IdLength = 8;
    public const int NumberLength = 12;
    public const int ChecksumLength = 8;
    public const int MagicLength = 6;
    public const int PrefixLength = 155;
    public const int AccountLength = 32;

    public const int Name = 0;
    public const int Mode = Name + NameLength;
    public const int Uid = Mode + IdLength;
    public const int Gid = Uid + IdLength;
    public const int Size = Gid + IdLength;
    public const int Time = Size + NumberLength;
    public const int Checksum = Time + NumberLength;
    public const int Type = Checksum + ChecksumLength;
    public const int LinkName = Type + 1;
    public const int Magic = LinkName + NameLength;
    public const int UserName = Magic + MagicLength + 2; // after magic and version
    public const int GroupName = UserName + AccountLength;
    public const int DeviceMajor = GroupName + AccountLength;
    public const int DeviceMinor = DeviceMajor + IdLength;
    public const int Prefix = DeviceMinor + IdLength;

    // GNU's old sparse files: access and change time, offset, long names and a byte before it.
    public const int SparseMap = Prefix + 41;
    public const int SparseEntryLength = 2 * NumberLength;
    public const int SparseEntries = 4;
    public const int SparseExtended = SparseMap + (SparseEntries * SparseEntryLength);
    public const int SparseRealSize = SparseExtended + 1;

    /// <summary>How many pieces a block of the map after the header has; a byte behind them says whether another one follows.</summary>
    public const int SparseEntriesPerBlock = 21;
}
