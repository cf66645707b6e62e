using Mig.Core;

namespace Mig.Disks;

/// <summary>An opened disk image: what the guest sees, byte for byte, and the container it came in. Owns its source.</summary>
public sealed class DiskImage : IDisposable
{
    private readonly DiskWarnings _warnings;

    public DiskImage(string path, string format, IByteSource content, IReadOnlyList<string> files)
        : this(path, format, content, files, new DiskWarnings())
    {
    }

    internal DiskImage(string path, string format, IByteSource content, IReadOnlyList<string> files, DiskWarnings warnings)
    {
        Path = path;
        Format = format;
        Content = content;
        Files = files;
        _warnings = warnings;
    }

    /// <summary>The path that was opened.</summary>
    public string Path { get; }

    /// <summary>The container's format, with its variant after a colon: <c>raw</c>, <c>vmdk:streamOptimized</c>.</summary>
    public string Format { get; }

    /// <summary>By what a VMDK child knows whether its parent is still the one that it was made from; null for other formats.</summary>
    public uint? ContentId { get; internal init; }

    /// <summary>The flat disk.</summary>
    public IByteSource Content { get; }

    /// <summary>All files that the container is spread over, the opened one first, those of the disks under it included.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>What was wrong with the container and how it was got around, one sentence each. Grows while the disk is read, since tables are read late.</summary>
    public IReadOnlyList<string> Warnings => _warnings.ToList();

    public void Dispose() => Content.Dispose();
}
