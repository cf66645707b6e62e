using System.Text;
using Mig.Archives;
using Mig.Archives.Tar;
using Mig.Core;

namespace Mig.Edits.Layers;

/// <summary>
/// A tar archive as a layer, compressed with gzip, bzip2, xz or zstd or not at all. Read once, from its beginning to its end.
/// </summary>
/// <param name="scratchFolder">Where sparse files are put together.</param>
internal sealed class ArchiveLayer(LayerWriter layer, string scratchFolder)
{
    /// <exception cref="CorruptImageException">TAR-001 to TAR-010.</exception>
    public void Apply(Stream archive, CancellationToken cancellation)
    {
        using Stream content = layer.Read(() => ArchiveInputStream.Open(archive));
        using var reader = new TarReader(content);
        var entries = new ArchiveEntry(scratchFolder);
        while (layer.Read(reader.Read) is { } member)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                layer.Add(entries.Of(member, reader.Content));
            }
            catch (EndOfStreamException)
            {
                throw layer.OfLayer(new CorruptImageException(
                    "TAR-003", $"the archive ends within '{Encoding.UTF8.GetString(member.Path)}'"));
            }
            catch (InvalidDataException e)
            {
                throw layer.OfLayer(new CorruptImageException("TAR-010",
                    $"the compressed data of the archive is damaged within '{Encoding.UTF8.GetString(member.Path)}': {e.Message}", e));
            }
        }

        layer.Finish();
    }
}
