using Mig.Core;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Writing;

/// <summary>
/// What a file system should hold: plain dictionaries, and the rules of its kernel or of its users. A change returns false when it must be
/// refused.
/// </summary>
internal interface IWriterModel
{
    /// <summary>Returns all paths, the root's first, which is empty.</summary>
    IEnumerable<(string Path, bool IsDirectory)> GetPaths();

    /// <returns>0 for what is no file.</returns>
    int GetLength(string path);

    bool AddFile(string path, byte[] content, NodeMetadata metadata, Timestamp now);

    bool AddDirectory(string path, NodeMetadata metadata, Timestamp now);

    bool Remove(string path, bool isDirectory, Timestamp now);

    bool Rename(string source, string target, Timestamp now);

    bool SetContent(string path, Func<byte[], byte[]> change, bool isAppend, Timestamp now);

    /// <summary>Describes all for a comparison with what a reader or a foreign tool finds.</summary>
    IReadOnlyList<TreeEntry> ToEntries();
}
