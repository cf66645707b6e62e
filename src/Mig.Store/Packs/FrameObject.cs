using Mig.Core;

namespace Mig.Store.Packs;

/// <summary>An object within a frame: where it lies in the frame's bytes after decompression.</summary>
public readonly record struct FrameObject(ObjectKind Kind, int Offset, int Length);
