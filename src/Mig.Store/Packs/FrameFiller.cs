namespace Mig.Store.Packs;

/// <summary>Reads a frame and decompresses it.</summary>
/// <param name="raw">Room for exactly the decompressed frame.</param>
internal delegate void FrameFiller(in FramePlace place, Span<byte> raw);
