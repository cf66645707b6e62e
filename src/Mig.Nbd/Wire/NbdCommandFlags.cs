namespace Mig.Nbd.Wire;

/// <summary>How a command is meant (NBD protocol, "Command flags").</summary>
[Flags]
internal enum NbdCommandFlags : ushort
{
    None = 0,
    Fua = 1,
    NoHole = 2,
    DontFragment = 4,
    ReqOne = 8,
    FastZero = 16,
}
