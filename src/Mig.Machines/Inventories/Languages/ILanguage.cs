using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Store;

namespace Mig.Machines.Inventories.Languages;

/// <summary>
/// How packages of a programming language are recognised among the files of a machine. Used from several threads at once.
/// </summary>
internal interface ILanguage
{
    /// <summary>Most bytes of a file that is read.</summary>
    int MaxSize { get; }

    /// <summary>
    /// Returns the files to read because of an entry: the entry itself, or what is below it. Depends on nothing but the entry.
    /// </summary>
    /// <param name="name">The entry's name.</param>
    /// <returns>Paths that begin with the entry's name.</returns>
    IEnumerable<MachineFile> Find(IContentSource store, TreeEntry entry, string name);

    /// <summary>Returns the packages that such a file describes; none when it is not what it seemed.</summary>
    /// <param name="location">The file's path.</param>
    IEnumerable<InstalledPackage> Read(ReadOnlySpan<byte> content, string location);
}
