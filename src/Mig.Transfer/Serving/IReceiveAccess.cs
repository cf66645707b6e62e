using Mig.History.Refs;

namespace Mig.Transfer.Serving;

/// <summary>Says what a caller may do with the refs of one repository.</summary>
public interface IReceiveAccess
{
    /// <summary>Whether the caller may know of a ref, and fetch what it names.</summary>
    bool MayRead(RefName name);

    /// <summary>Whether the caller may send anything at all: what comes is stored before its refs are looked at.</summary>
    /// <returns>Why not; null when it may.</returns>
    string? RefusePush();

    /// <summary>Whether the caller may move a ref so.</summary>
    /// <param name="losesHistory">True when the new commit does not follow from the old one.</param>
    /// <returns>Why not; null when it may.</returns>
    string? RefuseUpdate(PushUpdate update, bool losesHistory);
}
