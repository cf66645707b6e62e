namespace Mig.Store.Packs;

/// <summary>How a frame's bytes are stored.</summary>
internal enum FrameCodec
{
    /// <summary>As they are: they do not compress.</summary>
    Stored = 0,
    Zstd = 1,
}
