using Mig.Core;
using Mig.History.Trees;
using Mig.Store;
using Mig.Store.Content;

namespace Mig.Browse;

/// <summary>Reads the contents of files.</summary>
public sealed class FileContents(IContentSource contents)
{
    /// <summary>Writes the content of a regular file.</summary>
    public void Copy(TreeEntry entry, Stream destination, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(destination);
        if (entry.List is { } list)
        {
            new ContentReader(contents).Read(list, bytes =>
            {
                cancellation.ThrowIfCancellationRequested();
                destination.Write(bytes);
            });
        }
        else if (entry.Size > 0)
        {
            byte[] bytes = contents.ReadBlob(new BlobId(entry.Sha256!.Value));
            if (bytes.Length != entry.Size)
                throw new CorruptStoreException("OBJ-007", $"blob {entry.Sha256} has {bytes.Length} bytes, its tree entry says {entry.Size}; run mig fsck");
            destination.Write(bytes);
        }
    }
}
