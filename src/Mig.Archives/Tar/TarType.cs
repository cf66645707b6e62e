namespace Mig.Archives.Tar;

/// <summary>
/// What the type byte of a header says. Source: POSIX pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".
/// </summary>
internal static class TarType
{
    public const byte OldFile = 0;
    public const byte File = (byte)'0';
    public const byte HardLink = (byte)'1';
    public const byte SymbolicLink = (byte)'2';
    public const byte CharacterDevice = (byte)'3';
    public const byte BlockDevice = (byte)'4';
    public const byte Directory = (byte)'5';
    public const byte Fifo = (byte)'6';
    public const byte ContiguousFile = (byte)'7';
    public const byte Extended = (byte)'x';
    public const byte OldExtended = (byte)'X';
    public const byte GlobalExtended = (byte)'g';
    public const byte LongName = (byte)'L';
    public const byte LongLink = (byte)'K';
    public const byte OldSparse = (byte)'S';
    public const byte VolumeName = (byte)'V';
}
