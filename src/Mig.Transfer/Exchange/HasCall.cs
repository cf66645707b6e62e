using Mig.Core;
using Mig.Transfer.Protocol;
using Mig.Transfer.Transports;

namespace Mig.Transfer.Exchange;

/// <summary>Asks the other side which objects it has.</summary>
internal static class HasCall
{
    /// <summary>Returns those of some objects that are there, or those that are not.</summary>
    public static HashSet<ObjectId> Ask(ITransport transport, IReadOnlyList<ObjectId> ids, bool isThere, CancellationToken cancellation)
    {
        var found = new HashSet<ObjectId>();
        foreach (ObjectId[] part in ids.Chunk(ProtocolLimits.MaxIds))
        {
            transport.Call(
                new RequestMessage(Verbs.Has),
                writer => writer.WriteIds(part),
                reader =>
                {
                    reader.Expect(RecordType.Bits);
                    ReadOnlySpan<byte> bits = reader.Payload.Span;
                    if (bits.Length != (part.Length + 7) / 8)
                        throw reader.Unexpected($"{part.Length} bits were expected");
                    for (int i = 0; i < part.Length; i++)
                    {
                        if ((bits[i / 8] & (1 << (i % 8))) != 0 == isThere)
                            found.Add(part[i]);
                    }

                    reader.ExpectEnd();
                    return true;
                },
                cancellation);
        }

        return found;
    }
}
