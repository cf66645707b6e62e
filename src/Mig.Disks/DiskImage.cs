using Mig.Core;

namespace Mig.Disks;

/// <summary>
/// An opened disk image: what the guest sees, byte for byte, and the container it came in. Owns its files. May be read from several
/// threads.
/// </summary>
public sealed class DiskImage : IDisposable
{
    private readonly IReadOnlyList<FileSource> _sources;
    private readonly DiskWarnings _warnings;

    internal DiskImage(string path, string format, IByteSource content, IReadOnlyList<FileSource> sources, DiskWarnings warnings)
    {
        Path = path;
        Format = format;
        Content = content;
        _sources = sources;
        _warnings = warnings;
        Name = System.IO.Path.GetFileName(path);
    }

    /// <summary>A disk that is packed in a file of its own.</summary>
    internal DiskImage(string path, string format, IByteSource content, IReadOnlyList<FileSource> sources, DiskImage inner)
        : this(path, format, content, sources, inner._warnings)
    {
    }

    /// <summary>A disk that is not a file's: one that is made up of something else.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="content">The disk; closed with the image.</param>
    public static DiskImage Of(string name, IByteSource content) => new(name, "raw", content, [], new DiskWarnings(name));

    /// <summary>The path that was opened.</summary>
    public string Path { get; }

    /// <summary>The name of the file, without what says that it is compressed where it is.</summary>
    public string Name { get; internal init; }

    /// <summary>
    /// The container's format, with its variant after a colon and its compression after a plus: <c>raw</c>, <c>vmdk:streamOptimized</c>,
    /// <c>qcow2+xz</c>.
    /// </summary>
    public string Format { get; }

    /// <summary>By what a VMDK child knows whether its parent is still the one that it was made from; null for other formats.</summary>
    public uint? ContentId { get; internal init; }

    /// <summary>The flat disk: what the machine reads, from its first byte to its last. Closed with the image.</summary>
    public IByteSource Content { get; }

    /// <summary>All files that the container is spread over, the opened one first, those of the disks under it included.</summary>
    public IReadOnlyList<string> Files => [.. _sources.Select(source => source.Path)];

    /// <summary>
    /// What was wrong with the container and how it was got around, one sentence each. Grows while the disk is read, since tables are read
    /// late.
    /// </summary>
    public IReadOnlyList<string> Warnings => _warnings.ToList();

    /// <summary>What the container has beyond the flat disk, which no export brings back: snapshots, bitmaps, marks. A noun each.</summary>
    public IReadOnlyList<string> Extras => _warnings.ToExtras();

    /// <summary>The files, as they were opened.</summary>
    internal IReadOnlyList<FileSource> Sources => _sources;

    /// <summary>Returns which of its files somebody wrote to since it was opened, and how that shows; null when nobody did.</summary>
    /// <exception cref="InvalidOperationException">It was not opened to be watched.</exception>
    public (string Path, string Change)? FindChange()
    {
        foreach (FileSource source in _sources)
        {
            if (source.FindChange() is { } change)
                return (source.Path, change);
        }

        return null;
    }

    /// <summary>Tells whether a machine or another program has one of its files open for writing, as far as they say so.</summary>
    /// <returns>A sentence without its full stop; null when none has.</returns>
    public string? FindUse() => _sources.Select(DiskUse.Find).FirstOrDefault(use => use is not null);

    /// <summary>Closes all files.</summary>
    public void Dispose() => Content.Dispose();
}
