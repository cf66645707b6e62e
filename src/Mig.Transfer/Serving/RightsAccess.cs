using Mig.History.Refs;
using Mig.Transfer.Access;

namespace Mig.Transfer.Serving;

/// <summary>What the holder of a token may do with one repository.</summary>
/// <param name="repository">Its path below the server's root.</param>
public sealed class RightsAccess(AccessRights rights, string repository) : IReceiveAccess
{
    public bool MayRead(RefName name) => rights.MayRead(repository).IsAllowed;

    public string? RefusePush() => rights.MayPush(repository).Refusal;

    public string? RefuseUpdate(PushUpdate update, bool losesHistory)
    {
        ArgumentNullException.ThrowIfNull(update);
        RefUpdateKind kind = (update.Old, update.New) switch
        {
            (_, null) => RefUpdateKind.Delete,
            (null, _) => RefUpdateKind.Create,
            _ => losesHistory ? RefUpdateKind.Force : RefUpdateKind.FastForward,
        };
        return rights.MayUpdate(repository, update.Name, kind).Refusal;
    }
}
