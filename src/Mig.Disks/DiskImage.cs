using Mig.Core;

namespace Mig.Disks;

/// <summary>An opened disk image: what the guest sees, byte for byte, and the container it came in. Owns its source.</summary>
public sealed class DiskImage(string path, string format, IByteSource content, IReadOnlyList<string> files) : IDisposable
{
    /// <summary>The path that was opened.</summary>
    public string Path { get; } = path;

    /// <summary>The container's format, with its variant after a colon: <c>raw</c>, <c>vmdk:streamOptimized</c>.</summary>
    public string Format { get; } = format;

    /// <summary>The flat disk.</summary>
    public IByteSource Content { get; } = content;

    /// <summary>All files that the container is spread over, the opened one first.</summary>
    public IReadOnlyList<string> Files { get; } = files;

    public void Dispose() => Content.Dispose();
}
