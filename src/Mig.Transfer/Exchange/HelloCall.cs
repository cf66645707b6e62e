using Mig.Core;
using Mig.Transfer.Protocol;
using Mig.Transfer.Transports;

namespace Mig.Transfer.Exchange;

/// <summary>Greets the other side.</summary>
internal static class HelloCall
{
    /// <summary>Asks what the other side is and can.</summary>
    /// <exception cref="RemoteException">It cannot be reached, refuses, or speaks another version.</exception>
    public static HelloMessage Ask(ITransport transport, CancellationToken cancellation)
    {
        HelloMessage hello = PersistentCall.Run(transport, () => Try(transport, cancellation), cancellation);
        return hello.Protocol == ProtocolLimits.Version
            ? hello
            : throw new RemoteException("REMOTE-003",
                $"{transport.Peer} speaks version {hello.Protocol} of the protocol, this mig speaks {ProtocolLimits.Version}; update the "
                + "older one");
    }

    /// <summary>Looks once whether the other side is there.</summary>
    public static HelloMessage Try(ITransport transport, CancellationToken cancellation) => transport.Call(
        new RequestMessage(Verbs.Hello),
        _ => { },
        reader =>
        {
            reader.Expect(RecordType.Json, ProtocolLimits.MaxHello);
            HelloMessage message = reader.ParseJson(ProtocolJson.Default.HelloMessage);
            reader.ExpectEnd();
            return message;
        },
        cancellation);
}
