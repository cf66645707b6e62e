using Mig.Core;

namespace Mig.FileSystems;

/// <summary>A change of a file system that cannot be made, as the kernel would refuse it too; nothing has changed.</summary>
public sealed class RefusedOperationException(RefusalReason reason, string detail) : ConflictException(detail)
{
    public RefusalReason Reason { get; } = reason;
}
