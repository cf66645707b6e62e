using Mig.Archives;
using Mig.Archives.Compression;
using Mig.Archives.Cpio;
using Mig.Archives.Tar;
using Mig.Core;
using Mig.Disks;
using Mig.History.Trust;
using Mig.Images.Extract.Archives;
using Mig.Images.Extract.Folders;

namespace Mig.Images.Extract;

/// <summary>Extracts files and trees of a version as an archive.</summary>
public sealed class ArchiveExtractor(Repository repository)
{
    /// <summary>The format when neither the caller nor a file's name says another.</summary>
    public const string DefaultFormat = "tar";

    private static readonly (string Format, string[] Suffixes)[] Known =
        [("tar", [".tar"]), ("tar.zst", [".tar.zst", ".tzst"]), ("cpio", [".cpio"])];

    /// <summary>Writes a file; nothing stands under the final name before it is whole.</summary>
    /// <param name="format">Null to take it from the file's name.</param>
    /// <exception cref="ConflictException">The file exists, or two sources have the same name.</exception>
    /// <exception cref="UsageException">There is no such format.</exception>
    public ExtractResult Extract(ExtractRequest request, string path, string? format, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        format ??= Array.Find(Known, known =>
            known.Suffixes.Any(suffix => path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))).Format ?? DefaultFormat;
        Check(format);
        using OutputFile file = OutputFile.Create(path, request.Overwrite);
        ExtractResult result;
        using (var stream = new OutputFileStream(file))
            result = Extract(request, stream, format, cancellation);
        file.Publish();
        return result with { Destination = path };
    }

    /// <summary>Writes to a stream, from front to back.</summary>
    public ExtractResult Extract(ExtractRequest request, Stream stream, string format, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Check(format);
        request.Progress.Begin("reading names", 0);
        byte[][] names = [.. Destination.NamesOf(request.Sources).Select(name => name.Length == 0 ? "."u8.ToArray() : name)];
        ExtractPlan plan = new PlanBuilder(
            repository.Store, repository.Context.Limits, [.. request.Sources.Zip(names)], leavesRepositories: false, cancellation).Build();
        request.Progress.Begin("extracting", plan.Bytes);
        new ListCheck(repository.Store).Require(plan.Files.Select(file => file.Entry), repository.Context.Parallelism, cancellation);
        var losses = new ArchiveLosses();
        using (Stream? compressed = format == "tar.zst" ? new ZstdOutputStream(stream, repository.StoreOptions.CompressionLevel) : null)
        using (var output = new BufferedStream(compressed ?? stream, 1 << 18))
        {
            List<(PlannedEntry Entry, byte[] Path)> entries = ArchiveOrder.Sort(plan);
            IArchiveWriter writer = format == "cpio" ? new CpioWriter(
                output, entries.Select(item => item.Entry.LinkTo).OfType<byte[]>(), losses) : new TarWriter(output, losses);
            new ArchiveContents(repository.Store, writer, repository.Context.Parallelism, request.Progress, cancellation).Write(entries);
            output.Flush();
        }

        return ExtractResult.Of(plan, null, format, new LeftOut { Nodes = losses.Nodes, Xattrs = losses.Xattrs, Times = losses.Times });
    }

    private static void Check(string format)
    {
        if (!Known.Any(known => known.Format == format))
            throw new UsageException(
                $"there is no format '{format}'; archives are {string.Join(", ", Known.Select(known => known.Format))}");
    }
}
