namespace Mig.Nbd.Wire;

/// <summary>What is told of a disk (NBD protocol, "NBD_REP_INFO").</summary>
internal enum NbdInfo : ushort
{
    Export = 0,
    Name = 1,
    Description = 2,
    BlockSize = 3,
}
