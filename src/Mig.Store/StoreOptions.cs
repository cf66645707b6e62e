using Mig.Core.Zstd;

namespace Mig.Store;

/// <summary>How new objects are stored. None of it changes an id.</summary>
public sealed record StoreOptions
{
    public static StoreOptions Default { get; } = new();

    /// <summary>zstd level, 1..19 (<c>core.compression</c>).</summary>
    public int CompressionLevel { get; init; } = ZstdCodec.DefaultLevel;

    /// <summary>Bytes of objects in a frame of content, before compression.</summary>
    public int ContentFrameSize { get; init; } = 4 << 20;

    /// <summary>Bytes of objects in a frame of metadata, before compression.</summary>
    public int MetadataFrameSize { get; init; } = 1 << 20;

    /// <summary>Bytes of new content that are collected and put in order before they are compressed.</summary>
    public int WindowSize { get; init; } = 24 << 20;

    /// <summary>A pack is ended when it has so many bytes; the next try of a killed commit finds what ended packs hold.</summary>
    public long MaxPackSize { get; init; } = 512L << 20;

    /// <summary>Threads that compress when a commit ends.</summary>
    public int Parallelism { get; init; } = Environment.ProcessorCount;
}
