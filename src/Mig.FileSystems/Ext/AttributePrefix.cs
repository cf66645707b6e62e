namespace Mig.FileSystems.Ext;

/// <summary>The prefixes of attribute names, which are stored as one byte.</summary>
internal static class AttributePrefix
{
    public const byte User = 1;
    public const byte AccessAcl = 2;
    public const byte DefaultAcl = 3;
    public const byte Trusted = 4;
    public const byte Security = 6;
    public const byte System = 7;

    /// <summary>Returns the prefix; null for those that the kernel does not show, such as the encryption context.</summary>
    public static byte[]? Get(byte index) => index < Prefixes.Length ? Prefixes[index] : null;

    private static readonly byte[]?[] Prefixes =
    [
        null,
        "user."u8.ToArray(),
        "system.posix_acl_access"u8.ToArray(),
        "system.posix_acl_default"u8.ToArray(),
        "trusted."u8.ToArray(),
        null,
        "security."u8.ToArray(),
        "system."u8.ToArray(),
        "system.richacl"u8.ToArray(),
        null,
        "gnu."u8.ToArray(),
    ];
}
