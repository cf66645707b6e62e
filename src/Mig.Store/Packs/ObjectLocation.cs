using Mig.Core;

namespace Mig.Store.Packs;

/// <summary>Where an object lies: a frame of a pack, and the bytes of it after decompression.</summary>
/// <param name="Index">The index that says so.</param>
/// <param name="Frame">The frame's number within that index.</param>
public readonly record struct ObjectLocation(PackIndex Index, int Frame, int Offset, int Length, ObjectKind Kind);
