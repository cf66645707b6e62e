using Mig.Core;

namespace Mig.Store.Packs;

/// <summary>
/// The pack file (docs/format.md, "Packs"):
/// <code>
/// offset  size  meaning
/// 0       8     "migpack" and the version, 1
/// 8       8     zero
/// 16      …     frames, one after another
/// end-48  48    trailer: "migpkend", frame count (8), SHA-256 of all frame headers in order (32) = the pack's id
/// </code>
/// </summary>
internal static class PackFormat
{
    public const int HeaderSize = 16;
    public const int TrailerSize = 48;

    /// <summary>Most bytes that an object may have, its header included; a chunk is far smaller.</summary>
    public const int MaxObjectSize = 16 << 20;

    /// <summary>Most bytes that a frame may hold before compression.</summary>
    public const int MaxFrameSize = 32 << 20;

    /// <summary>Most objects in a frame.</summary>
    public const int MaxFrameObjects = 1 << 20;

    public static ReadOnlySpan<byte> Magic => "migpack\u0001"u8;

    public static ReadOnlySpan<byte> TrailerMagic => "migpkend"u8;

    public const string Extension = ".pack";

    public static string FileName(in ObjectId packId) => packId + Extension;
}
