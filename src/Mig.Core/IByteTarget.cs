namespace Mig.Core;

/// <summary>A fixed-length run of bytes that can be written at any offset.</summary>
public interface IByteTarget : IByteSource
{
    /// <summary>Writes <paramref name="bytes"/> at <paramref name="offset"/>; safe from several threads on disjoint ranges.</summary>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Makes a range read as zeros, without storing them where the target can.</summary>
    void Zero(ByteRange range);

    /// <summary>Returns when everything written is durable.</summary>
    void Flush();
}
