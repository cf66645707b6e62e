using Mig.Archives.Compression;
using Mig.Core;
using Mig.Disks.Qcow2;
using Mig.Disks.Raw;
using Mig.Disks.Vmdk;

namespace Mig.Disks;

/// <summary>The disk formats that mig reads and writes: listed here, not discovered.</summary>
public static class DiskFormats
{
    /// <summary>The format without a container: the bytes of the disk.</summary>
    public const string Raw = FormatProbe.Raw;

    private static readonly (string Format, Func<string, long, bool, IDiskWriter> Create)[] Writers =
    [
        (FormatProbe.Raw, (path, length, overwrite) => new RawWriter(path, length, overwrite)),
        (VmdkFormat.MonolithicSparse, (path, length, overwrite) => new MonolithicSparseWriter(path, length, overwrite)),
        (VmdkFormat.StreamOptimized, (path, length, overwrite) => new StreamOptimizedWriter(path, length, overwrite)),
        (VmdkFormat.MonolithicFlat, (path, length, overwrite) => new MonolithicFlatWriter(path, length, overwrite)),
        (FormatProbe.Qcow2, (path, length, overwrite) => new Qcow2Writer(path, length, overwrite, null)),
    ];

    // Extensions that people expect to choose a format. Unknown ones mean raw; these must not, or a "disk.qcow2" would hold something else.
    private static readonly Dictionary<string, string> FormatsByExtension = new(StringComparer.OrdinalIgnoreCase)
    {
        [".vmdk"] = VmdkFormat.MonolithicSparse,
        [".qcow2"] = FormatProbe.Qcow2,
        [".qcow"] = "qcow",
        [".vhd"] = "vhd",
        [".vhdx"] = "vhdx",
        [".vdi"] = "vdi",
        [".ova"] = "ova",
        [".gz"] = "gz",
        [".bz2"] = "bz2",
        [".xz"] = "xz",
        [".zst"] = "zst",
    };

    /// <summary>The formats that can be written, as <see cref="Create"/> takes them.</summary>
    public static IReadOnlyList<string> WritableFormats { get; } = [.. Writers.Select(writer => writer.Format)];

    /// <summary>The formats that can be read, as <see cref="Open"/> takes them.</summary>
    public static IReadOnlyList<string> ReadableFormats { get; } = [FormatProbe.Raw, FormatProbe.Vmdk, FormatProbe.Qcow2];

    /// <summary>Opens a disk image or block device.</summary>
    /// <param name="path">The image; for a container of several files, its descriptor.</param>
    /// <param name="format">A format to force, such as <c>raw</c> or <c>qcow2+xz</c>; null to find it by content. With <c>raw</c>, a
    /// compressed file is taken as it is.</param>
    /// <param name="limits">What reading it may spend; null for <see cref="Limits.Default"/>.</param>
    /// <param name="options">What the user allows; null for <see cref="DiskOpenOptions.Default"/>, which is safe for images that come from
    /// strangers.</param>
    /// <returns>The disk as its machine sees it. Dispose it to close its files.</returns>
    /// <exception cref="NotFoundException">The file, or one that it is made of, does not exist.</exception>
    /// <exception cref="UsageException">There is no such format, and the message lists those there are; or it is neither a file nor a block
    /// device.</exception>
    /// <exception cref="CorruptImageException">The container breaks its format. <see cref="DiskImage.Content"/> may throw it later: tables
    /// are read late.</exception>
    /// <exception cref="UnsupportedFeatureException">The container is one that mig cannot read.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public static DiskImage Open(string path, string? format = null, Limits? limits = null, DiskOpenOptions? options = null)
    {
        limits ??= Limits.Default;
        options ??= DiskOpenOptions.Default;
        (string? container, CompressedFormat? compression) = ParseInput(format);
        FileSource file = options.OpenFile(path);
        try
        {
            compression ??= container == FormatProbe.Raw || options.Above.Count > 0 ? null : FindCompression(file);
            return compression is null ? OpenContainer(file, container, limits, options)
                : CompressedDisk.Open(file, compression, container, limits, options);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a disk that is not compressed, and takes over <paramref name="file"/>.</summary>
    /// <param name="container">A format to force; null to find it by content.</param>
    internal static DiskImage OpenContainer(FileSource file, string? container, Limits limits, DiskOpenOptions options) =>
        (container ?? FormatProbe.Find(file)) switch
        {
            FormatProbe.Raw => new DiskImage(file.Path, FormatProbe.Raw, file, [file], new DiskWarnings(file.Path)),
            FormatProbe.Qcow2 => Qcow2Format.Open(file, container is not null, limits, options),
            _ => VmdkFormat.Open(file, container is not null, limits, options),
        };

    private static (string? Container, CompressedFormat? Compression) ParseInput(string? format)
    {
        if (format is null)
            return (null, null);
        string[] words = format.ToLowerInvariant().Split('+', 2);
        string container = words[0].Split(':')[0];
        CompressedFormat? compression = words.Length == 1 ? null : CompressedFormat.All.FirstOrDefault(known => known.Name == words[1]);
        return ReadableFormats.Contains(container) && (words.Length == 1 || compression is not null)
            ? (container, compression)
            : throw new UsageException(
                $"input format {format} is not known; give one of {string.Join(", ", ReadableFormats)}, and "
                + $"+{string.Join(", +", CompressedFormat.All.Select(known => known.Name))} after it where that is compressed");
    }

    // A block device is as long as it is, and what a guest writes to its beginning is no reason to take it for something else.
    private static CompressedFormat? FindCompression(FileSource file)
    {
        if (file.IsBlockDevice)
            return null;
        byte[] head = new byte[Math.Min(CompressedFormat.HeadLength, file.Length)];
        file.ReadExactly(0, head);
        return CompressedFormat.Find(head);
    }

    /// <summary>
    /// Returns the format that a file name suggests: <c>vmdk:monolithicSparse</c> for <c>.vmdk</c>, <c>raw</c> for what is not known. For
    /// the extension of a format that mig knows but cannot write, that format's name, which <see cref="Create"/> refuses.
    /// </summary>
    public static string FromFileName(string path) => FormatsByExtension.GetValueOrDefault(Path.GetExtension(path), FormatProbe.Raw);

    /// <summary>Begins a new disk.</summary>
    /// <param name="path">The final name.</param>
    /// <param name="format">As <see cref="DiskImage.Format"/> has it; the variant may be left out.</param>
    /// <param name="length">Length of the disk in bytes.</param>
    /// <param name="overwrite">Whether what stands under the name may be replaced.</param>
    /// <exception cref="ConflictException">The name is taken and <paramref name="overwrite"/> is false.</exception>
    /// <exception cref="UsageException">There is no such format; the message lists those there are. Or the name is that of a folder or
    /// device.</exception>
    /// <exception cref="UnsupportedFeatureException">The format cannot hold a disk of this length.</exception>
    public static IDiskWriter Create(string path, string format, long length, bool overwrite)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(format);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        foreach ((string name, Func<string, long, bool, IDiskWriter> create) in Writers)
        {
            // "vmdk" alone is the first variant of it.
            if (name.Equals(format, StringComparison.OrdinalIgnoreCase) || name.Split(':')[0]
                .Equals(format, StringComparison.OrdinalIgnoreCase))
                return create(path, length, overwrite);
        }

        throw new UsageException($"output format {format} is not known; give one of {string.Join(", ", WritableFormats)}");
    }

    /// <summary>Begins a new disk that stores only what differs from another one.</summary>
    /// <param name="format">As <see cref="Create"/> takes it: <c>qcow2</c>, or <c>vmdk</c> over a VMDK.</param>
    /// <param name="backing">The disk under the new one.</param>
    /// <exception cref="UsageException">The format has no such disks, or not over a disk of that format.</exception>
    public static IThinWriter CreateThin(string path, string format, long length, bool overwrite, BackingDisk backing)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(backing);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (format.Equals(FormatProbe.Qcow2, StringComparison.OrdinalIgnoreCase))
            return new Qcow2Writer(path, length, overwrite, backing);
        if (!format.Equals(FormatProbe.Vmdk, StringComparison.OrdinalIgnoreCase)
            && !format.Equals(VmdkFormat.MonolithicSparse, StringComparison.OrdinalIgnoreCase))
            throw new UsageException(
                $"a disk in format {format} cannot lie over another one; write {FormatProbe.Qcow2}, or {FormatProbe.Vmdk} over a VMDK");
        return backing.ContentId is not null
            ? new MonolithicSparseWriter(path, length, overwrite, backing)
            : throw new UsageException(
                $"a VMDK can only lie over a VMDK, and {backing.Name} is {backing.Format}; write {FormatProbe.Qcow2}");
    }
}
