namespace Mig.Transfer;

/// <summary>What a fetch or a push moved.</summary>
/// <param name="Objects">Objects that the receiving side did not have.</param>
/// <param name="Bytes">Bytes of those objects.</param>
/// <param name="StoredBytes">Bytes of the frames that carried them.</param>
/// <param name="WireBytes">All bytes sent and received, the protocol's own included.</param>
public sealed record TransferReport(long Objects, long Bytes, long StoredBytes, long WireBytes)
{
    public static TransferReport Nothing { get; } = new(0, 0, 0, 0);
}
