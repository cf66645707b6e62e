using Mig.Browse;
using Mig.History.Diffs.Text;
using Mig.History.Trees;

namespace Mig.Compare;

/// <summary>Reads contents to be compared line by line.</summary>
public sealed class FileText(Repository repository)
{
    /// <summary>Larger files are not compared by lines: the lines of both are held in memory.</summary>
    public const long MaxSize = 16 << 20;

    /// <summary>Returns the content of a file, the target of a symbolic link, or nothing for what has no content; null when it is binary or too large.</summary>
    public ReadOnlyMemory<byte>? Read(TreeEntry? entry, CancellationToken cancellation = default)
    {
        if (entry is null)
            return default(ReadOnlyMemory<byte>);
        if (entry.Type == TreeEntryType.SymbolicLink)
            return entry.LinkTarget;
        if (entry.Type != TreeEntryType.File)
            return default(ReadOnlyMemory<byte>);
        if (entry.Size > MaxSize)
            return null;
        using var content = new MemoryStream((int)entry.Size);
        new ImageBrowser(repository).CopyContent(entry, content, cancellation);
        byte[] bytes = content.ToArray();
        return TextLines.IsBinary(bytes) ? null : bytes;
    }
}
