using Mig.Core;

namespace Mig.FileSystems;

/// <summary>
/// What a new node is made with. Nothing is inherited from the directory and no mask is applied: what is said here is what is stored.
/// </summary>
/// <param name="Mode">The twelve permission bits: <c>07777</c>.</param>
/// <param name="ModifiedTime">Null for the writer's clock.</param>
public sealed record NodeMetadata(int Mode, uint Uid = 0, uint Gid = 0, Timestamp? ModifiedTime = null);
