using Mig.Core;

namespace Mig.Store.Packs;

/// <summary>
/// The index file (docs/format.md, "Indexes"), which may cover several packs. All integers little-endian:
/// <code>
/// size           meaning
/// 32             "migindex", version 1 (4), packs (4), frames (4), claims (4), objects (4), zero (4)
/// 256 × 4        fan-out: how many ids have a first byte of at most n
/// packs × 48     pack id (32), file length (8), first frame (4), frame count (4)
/// frames × 16    offset in the pack (8), total length (4), raw length (4)
/// objects × 32   ids, ascending
/// objects × 12   frame (4), offset in the frame (4), length &lt;&lt; 3 | kind (4)
/// claims × 44    what the first migs believed of lists that had come from elsewhere: never written, never read
/// 32             SHA-256 of all before = the file's name
/// </code>
/// </summary>
internal static class PackIndexFormat
{
    public const int HeaderSize = 32;
    public const int FanOutSize = 256 * sizeof(uint);
    public const int PackSize = 48;
    public const int FrameSize = 16;
    public const int PlaceSize = 12;
    public const int ClaimSize = 44;
    public const int TrailerSize = ObjectId.Size;
    public const uint Version = 1;

    public static ReadOnlySpan<byte> Magic => "migindex"u8;

    public const string Extension = ".idx";

    public static string FileName(in ObjectId indexId) => indexId + Extension;
}
