namespace Mig.FileSystems.Ext.Writing;

/// <summary>The permission bits of a mode.</summary>
internal static class Modes
{
    /// <summary>All twelve.</summary>
    public const int Mask = 0xFFF;

    /// <summary>Those for owner, group and others.</summary>
    public const int Permissions = 0x1FF;
}
