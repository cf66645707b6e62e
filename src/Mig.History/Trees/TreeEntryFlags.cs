namespace Mig.History.Trees;

/// <summary>The byte that an entry's type shares with what follows it (docs/format.md, "Tree entries").</summary>
internal static class TreeEntryFlags
{
    public const byte TypeMask = 0x0F;
    public const byte HasAttributes = 0x10;
    public const byte HasXattrs = 0x20;
    public const byte IsLarge = 0x40;
    public const byte IsUnhashed = 0x80;
}
