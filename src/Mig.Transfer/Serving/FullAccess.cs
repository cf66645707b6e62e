using Mig.History.Refs;

namespace Mig.Transfer.Serving;

/// <summary>Everything is allowed: whoever reaches the repository by folder or ssh has the rights that the system gives.</summary>
public sealed class FullAccess : IReceiveAccess
{
    public static FullAccess Instance { get; } = new();

    public bool MayRead(RefName name) => true;

    public string? RefuseUpdate(PushUpdate update, bool losesHistory) => null;
}
