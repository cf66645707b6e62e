using Mig.Edits.Accounts;
namespace Mig.Edits.Operations;

/// <summary>
/// Changes the owner, the group, or both, and takes set-id bits and capabilities away, as the kernel does. A symbolic link is followed
/// unless it is meant itself; those below are meant themselves.
/// </summary>
public sealed record ChangeOwnerOperation(ReadOnlyMemory<byte> Path, OwnerName Owner, bool IsRecursive = false, bool IsLinkItself = false)
    : EditOperation(Path);
