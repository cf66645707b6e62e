namespace Mig.Transfer.Protocol;

/// <summary>What a record of a message holds (docs/protocol.md, "Records").</summary>
internal enum RecordType : byte
{
    /// <summary>The message ends here; no payload.</summary>
    End = (byte)'.',

    /// <summary>What is asked for, as JSON: the first record of a request.</summary>
    Request = (byte)'Q',

    /// <summary>Object ids, 32 bytes each.</summary>
    Ids = (byte)'I',

    /// <summary>A bit for each id asked about, the first in bit 0 of byte 0.</summary>
    Bits = (byte)'B',

    /// <summary>A frame, as packs have it.</summary>
    Frame = (byte)'F',

    /// <summary>An answer, as JSON.</summary>
    Json = (byte)'J',

    /// <summary>A line for the user, UTF-8.</summary>
    Text = (byte)'M',

    /// <summary>Why it came to nothing, as JSON; the message ends with it.</summary>
    Error = (byte)'E',
}
