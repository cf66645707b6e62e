namespace Mig.Nbd.Wire;

/// <summary>How the server answers an option (NBD protocol, "Option reply types").</summary>
internal enum NbdOptionReply : uint
{
    Ack = 1,
    Server = 2,
    Info = 3,
    MetaContext = 4,
    Unsupported = (1u << 31) + 1,
    Policy = (1u << 31) + 2,
    Invalid = (1u << 31) + 3,
    TlsRequired = (1u << 31) + 5,
    Unknown = (1u << 31) + 6,
    Shutdown = (1u << 31) + 7,
    TooBig = (1u << 31) + 9,
}
