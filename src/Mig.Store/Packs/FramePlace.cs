using Mig.Core;

namespace Mig.Store.Packs;

/// <summary>Where a frame lies on disk.</summary>
internal readonly record struct FramePlace(ObjectId Pack, long Offset, int TotalLength, int RawLength);
