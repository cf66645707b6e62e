using Mig.Core;
using Mig.Transfer.Protocol;
using Mig.Transfer.Transports;

namespace Mig.Transfer.Exchange;

/// <summary>Asks the other side which objects it has.</summary>
internal static class HasCall
{
    private const int MostIds = 1 << 18, LeastIds = 256;

    /// <summary>Returns those of some objects that are there, or those that are not.</summary>
    public static HashSet<ObjectId> Ask(ITransport transport, IReadOnlyList<ObjectId> ids, bool isThere, CancellationToken cancellation) =>
        Ask(transport, new RequestMessage(Verbs.Has), ids, isThere, cancellation);

    /// <param name="request">The request that the ids go with.</param>
    public static HashSet<ObjectId> Ask(
        ITransport transport, RequestMessage request, IReadOnlyList<ObjectId> ids, bool isThere, CancellationToken cancellation)
    {
        var found = new HashSet<ObjectId>();
        var size = new PieceSize(MostIds, LeastIds);
        int done = 0;
        PersistentCall.Run(transport, () => done, AskAll, cancellation);
        return found;

        bool AskAll()
        {
            while (done < ids.Count)
            {
                ObjectId[] part = [.. ids.Skip(done).Take((int)size.Now)];
                try
                {
                    AskPart(transport, request, part, isThere, found, cancellation);
                }
                catch (RemoteException e) when (PersistentCall.IsBroken(e))
                {
                    size.Cut(part.Length, 0);
                    throw;
                }

                done += part.Length;
                size.Pass();
            }

            return true;
        }
    }

    private static void AskPart(ITransport transport, RequestMessage request, ObjectId[] part, bool isThere, HashSet<ObjectId> found,
        CancellationToken cancellation) => transport.Call(
        request,
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
