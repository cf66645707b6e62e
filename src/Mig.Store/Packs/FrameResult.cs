using Mig.Core;

namespace Mig.Store.Packs;

/// <summary>A finished frame, ready to be appended; its bytes are valid during the call only.</summary>
internal readonly record struct FrameResult(ReadOnlyMemory<byte> Bytes, int RawLength, (ObjectId Id, FrameObject Place)[] Objects);
