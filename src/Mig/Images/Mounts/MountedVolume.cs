using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Mig.Core;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.Images.Mounts;

/// <summary>A volume of a version that is mounted: where its contents are, and which of its files have several names.</summary>
internal sealed class MountedVolume
{
    // An inode's number is a hash of the first of its names: it needs no table. The key keeps strangers from making two the same.
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<TreeId, long> _folderCounts = new();
    private readonly Lazy<Dictionary<string, long>> _names;

    public MountedVolume(Repository repository, string name, TreeEntry root)
    {
        (Repository, Root) = (repository, root);
        _names = new Lazy<Dictionary<string, long>>(CountNames);
        Name = name;
    }

    public Repository Repository { get; }

    public TreeEntry Root { get; }

    /// <summary>Tells it from other volumes of the same mount.</summary>
    public string Name { get; }

    public IContentSource Store => Repository.Store;

    /// <summary>The inode of the file that has its entry at a path.</summary>
    public ulong InodeOf(ReadOnlySpan<byte> path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_key);
        hash.AppendData(Encoding.UTF8.GetBytes(Name + "\0"));
        hash.AppendData(path);
        Span<byte> sum = stackalloc byte[32];
        hash.GetHashAndReset(sum);
        // Some programs keep inode numbers in signed words.
        return BinaryPrimitives.ReadUInt64LittleEndian(sum) >> 1 | 2;
    }

    /// <summary>How many names the file has that has its entry at a path.</summary>
    public long NamesOf(ReadOnlySpan<byte> path) => _names.Value.GetValueOrDefault(Key(path), 1);

    /// <summary>How many directories a directory holds.</summary>
    public long FoldersIn(TreeId tree) => _folderCounts.GetOrAdd(
        tree, static (tree, store) => TreeReader.ReadEntries(store, tree).Count(entry => entry.Type == TreeEntryType.Directory), Store);

    private Dictionary<string, long> CountNames()
    {
        var names = new Dictionary<string, long>(StringComparer.Ordinal);
        var guard = new WalkGuard(Store, Repository.Context.Limits, Root.Tree);
        var pending = new Stack<(TreeId Tree, int Depth)>([(Root.Tree, 0)]);
        while (pending.TryPop(out (TreeId Tree, int Depth) folder))
        {
            foreach (TreeEntry entry in TreeReader.ReadEntries(Store, folder.Tree))
            {
                guard.Meet(folder.Depth);
                if (entry.Type == TreeEntryType.HardLink)
                {
                    string key = Key(entry.LinkTarget.Span.TrimStart((byte)'/'));
                    names[key] = names.GetValueOrDefault(key, 1) + 1;
                }
                else if (entry.Type == TreeEntryType.Directory)
                {
                    pending.Push((entry.Tree, folder.Depth + 1));
                }
            }
        }

        return names;
    }

    private static string Key(ReadOnlySpan<byte> path) => Encoding.Latin1.GetString(path);
}
