using System.Text;
using Mig.Core;
using Mig.History.Merging;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.History.Tests.Merging;

/// <summary>A tree as a table of paths: text files (those that begin with <c>!</c> can be run), and their directories.</summary>
internal static class ModelTree
{
    public static TreeEntry File(byte[] content, Dictionary<ObjectId, byte[]> contents)
    {
        var id = ObjectId.Of(content);
        contents[id] = content;
        return new TreeEntry { Name = default, Type = TreeEntryType.File, Mode = Mode(content), Size = content.Length, Sha256 = id };
    }

    public static TreeEntry Write(ScratchStore store, IReadOnlyDictionary<string, string> files, Dictionary<ObjectId, byte[]> contents)
    {
        var directories = new SortedSet<string>(files.Keys.SelectMany(Parents), StringComparer.Ordinal);
        IEnumerable<MergeOperation> operations =
            directories.Select(path => new MergeOperation(Encoding.UTF8.GetBytes(path), null, Directory))
            .Concat(files.Select(file => new MergeOperation(
                Encoding.UTF8.GetBytes(file.Key), null, File(Encoding.UTF8.GetBytes(file.Value), contents))));
        return TreeEdit.Apply(store, store, Directory with { Tree = new TreeWriter(store).Write([]) }, operations);
    }

    public static SortedDictionary<string, string> Read(ScratchStore store, TreeEntry root, Dictionary<ObjectId, byte[]> contents)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Read(store, root.Tree, "", files, contents);
        return files;
    }

    private static TreeEntry Directory => new() { Name = default, Type = TreeEntryType.Directory, Mode = 0x1ED };

    private static int Mode(byte[] content) => content.Length > 0 && content[0] == '!' ? 0x1ED : 0x1A4;

    private static IEnumerable<string> Parents(string path)
    {
        for (int slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
            yield return path[..slash];
    }

    private static void Read(ScratchStore store, TreeId tree, string prefix, SortedDictionary<string, string> files,
        Dictionary<ObjectId, byte[]> contents)
    {
        foreach (TreeEntry entry in TreeReader.ReadEntries(store, tree))
        {
            string path = prefix + Encoding.UTF8.GetString(entry.Name.Span);
            if (entry.Type == TreeEntryType.Directory)
                Read(store, entry.Tree, path + "/", files, contents);
            else
                files[path] = Encoding.UTF8.GetString(contents[entry.Sha256!.Value]);
        }
    }
}
