using Mig.Nbd.Wire;

namespace Mig.Nbd.Serving;

/// <summary>What can be done with a disk over a connection, and what is wrong with requests. Immutable.</summary>
internal sealed class RequestCheck(NbdExport export, bool isStructured, bool hasAllocation)
{
    private readonly long _length = export.Source.Length;
    private readonly bool _isWritable = export.Target is not null;

    /// <summary>What the client is told that it may do.</summary>
    public static NbdTransmissionFlags FlagsOf(NbdExport export, bool isStructured) =>
        NbdTransmissionFlags.HasFlags | NbdTransmissionFlags.MultiConn | NbdTransmissionFlags.Cache
        | (isStructured ? NbdTransmissionFlags.DontFragment : 0)
        | (export.Target is null
            ? NbdTransmissionFlags.ReadOnly
            : NbdTransmissionFlags.Flush | NbdTransmissionFlags.Fua | NbdTransmissionFlags.Trim | NbdTransmissionFlags.WriteZeroes
                | NbdTransmissionFlags.FastZero);

    /// <summary>Finds out why a request is refused.</summary>
    /// <returns><see cref="NbdError.None"/> when it is not.</returns>
    public (NbdError Error, string Reason) Find(in NbdRequest request)
    {
        if (!_isWritable && (request.Command is NbdCommand.Write or NbdCommand.Trim or NbdCommand.WriteZeroes))
            return (NbdError.NotPermitted, "the disk is read-only");
        if ((request.Flags & ~FlagsFor(request.Command)) != 0)
            return (NbdError.Invalid, $"flags {(ushort)request.Flags:x4} are not for command {(ushort)request.Command}");
        switch (request.Command)
        {
            case NbdCommand.Flush:
                return request is { Offset: 0, Length: 0 } ? default : (NbdError.Invalid, "a flush has no range");
            case NbdCommand.BlockStatus when !hasAllocation:
                return (NbdError.Invalid, "no metadata context was chosen");
            case NbdCommand.BlockStatus when request.Length == 0:
                return (NbdError.Invalid, "the range is empty");
            case NbdCommand.Read when request.Length > NbdLimits.MaxPayload:
                return (NbdError.Invalid, $"{request.Length} bytes, at most {NbdLimits.MaxPayload} are read at once");
            case NbdCommand.Read when request.Flags.HasFlag(NbdCommandFlags.DontFragment) && request.Length > NbdLimits.Piece:
                return (NbdError.Overflow, $"{request.Length} bytes, at most {NbdLimits.Piece} come in one part");
            case NbdCommand.Read or NbdCommand.Write or NbdCommand.Trim or NbdCommand.Cache or NbdCommand.WriteZeroes
                or NbdCommand.BlockStatus:
                if (request.FitsIn(_length))
                    return default;
                return (request.Command is NbdCommand.Write or NbdCommand.WriteZeroes ? NbdError.NoSpace : NbdError.Invalid,
                    $"bytes from {request.Offset} on, {request.Length} of them, of a disk of {_length}");
            default:
                return (NbdError.Invalid, $"there is no command {(ushort)request.Command}");
        }
    }

    private NbdCommandFlags FlagsFor(NbdCommand command) => (_isWritable ? NbdCommandFlags.Fua : 0) | command switch
    {
        NbdCommand.Read when isStructured => NbdCommandFlags.DontFragment,
        NbdCommand.WriteZeroes => NbdCommandFlags.NoHole | NbdCommandFlags.FastZero,
        NbdCommand.BlockStatus => NbdCommandFlags.ReqOne,
        _ => NbdCommandFlags.None,
    };
}
