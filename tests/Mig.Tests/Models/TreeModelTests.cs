using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.History.Trees;
using Mig.Store;
using Mig.Tests.Support;

namespace Mig.Tests.Models;

/// <summary>Directories of all sizes against a sorted list.</summary>
public sealed class TreeModelTests : IDisposable
{
    private readonly TestRepository _repository = new();

    [Fact]
    public void DirectoriesComeBackAndEveryNameIsFound()
    {
        using Repository repository = _repository.Open();
        for (int seed = 0; seed < 12; seed++)
        {
            var random = new Random(seed);
            List<TreeEntry> entries = Entries(random, new[] { 0, 1, 2, 50, 500, 4096, 4097, 10_000 }[seed % 8], seed % 3 == 0);
            TreeId tree = Write(repository, entries);
            CheckTree(repository.Store, tree, entries, random, $"seed {seed}");
            Assert.Equal(tree, Write(repository, entries));
        }
    }

    [Fact]
    public void RandomChangesRewriteFewNodesOfAHugeDirectory()
    {
        using Repository repository = _repository.Open();
        var random = new Random(77);
        List<TreeEntry> entries = Entries(random, 10_000, isLong: false);
        Write(repository, entries);
        int rewritten = 0;
        const int Changes = 12;
        for (int i = 0; i < Changes; i++)
        {
            switch (random.Next(3))
            {
                case 0:
                    entries.RemoveAt(random.Next(entries.Count));
                    break;
                case 1:
                    int at = random.Next(entries.Count);
                    entries[at] = Entry(random, Encoding.Latin1.GetString(entries[at].Name.Span));
                    break;
                default:
                    entries.Add(Entry(random, $"new name {i}"));
                    entries.Sort(static (a, b) => a.Name.Span.SequenceCompareTo(b.Name.Span));
                    break;
            }

            using ObjectWriter writer = repository.Store.BeginWrite(StoreOptions.Default);
            TreeId tree = new TreeWriter(writer).Write(entries);
            rewritten += writer.NewObjectCount;
            writer.Complete();
            CheckTree(repository.Store, tree, entries, random, $"change {i}");
        }

        Assert.True(rewritten <= Changes * 4, $"{rewritten} nodes for {Changes} changes");
    }

    [Fact]
    public void NamesThatAllSayCutHereMakeNoEndlessTree()
    {
        using Repository repository = _repository.Open();
        List<TreeEntry> entries = [.. CutNames().Take(20_000).Select(name => new TreeEntry { Name = name, Type = TreeEntryType.Fifo })];
        entries.Sort(static (a, b) => a.Name.Span.SequenceCompareTo(b.Name.Span));
        TreeId tree = Write(repository, entries);
        CheckTree(repository.Store, tree, entries, new Random(1), "names that cut");
    }

    public void Dispose() => _repository.Dispose();

    private static TreeId Write(Repository repository, List<TreeEntry> entries)
    {
        using ObjectWriter writer = repository.Store.BeginWrite(StoreOptions.Default);
        TreeId tree = new TreeWriter(writer).Write(entries);
        writer.Complete();
        return tree;
    }

    private static void CheckTree(ObjectStore store, TreeId tree, List<TreeEntry> entries, Random random, string what)
    {
        IReadOnlyList<TreeEntry> read = TreeReader.ReadEntries(store, tree);
        Assert.True(entries.Select(Describe).SequenceEqual(read.Select(Describe)), what);
        for (int i = 0; i < 100 && entries.Count > 0; i++)
        {
            TreeEntry wanted = entries[i switch { 0 => 0, 1 => entries.Count - 1, _ => random.Next(entries.Count) }];
            Assert.Equal(Describe(wanted), Describe(TreeReader.Find(store, tree, wanted.Name.Span)!));
            byte[] other = [.. wanted.Name.Span, 0];
            Assert.Null(TreeReader.Find(store, tree, other));
        }

        Assert.Null(TreeReader.Find(store, tree, []));
        Assert.Null(TreeReader.Find(store, tree, [0xFF, 0xFF, 0xFF]));
    }

    private static List<TreeEntry> Entries(Random random, int count, bool isLong)
    {
        var names = new SortedDictionary<string, TreeEntry>(StringComparer.Ordinal);
        while (names.Count < count)
        {
            // Latin-1 text stands for raw bytes and sorts as they do.
            string name = string.Concat(Enumerable.Range(0, 1 + random.Next(isLong ? 255 : 12)).Select(_ => (char)random.Next(1, 255)))
                .Replace('/', '_').Replace('.', '_');
            names[name] = Entry(random, name);
        }

        return [.. names.Values];
    }

    private static TreeEntry Entry(Random random, string name)
    {
        byte[] bytes = new byte[32];
        random.NextBytes(bytes);
        bytes.AsSpan().Replace((byte)0, (byte)1);
        bytes.AsSpan().Replace((byte)'/', (byte)1);
        var hash = ObjectId.Of(bytes);
        var entry = new TreeEntry
        {
            Name = Encoding.Latin1.GetBytes(name),
            Type = (TreeEntryType)random.Next(8),
            Mode = random.Next(0x1000),
            Uid = (uint)random.NextInt64(1L << 32),
            Gid = (uint)random.NextInt64(1L << 32),
            ModifiedTime = new Timestamp(random.NextInt64(-(1L << 34), 1L << 34), random.Next(1_000_000_000)),
            Attributes = random.Next(3) == 0 ? (uint)random.Next() : 0,
            Xattrs = random.Next(5) == 0 ? [
                new TreeXattr(bytes.AsMemory(0, 5), bytes.AsMemory(5, random.Next(20))), new TreeXattr(bytes.AsMemory(0, 7), default)] : [],
        };
        return entry.Type switch
        {
            TreeEntryType.File => entry with
            {
                Size = random.NextInt64(),
                Sha256 = random.Next(9) > 0 ? hash : null,
                List = new ListId(hash)
            },
            TreeEntryType.Directory => entry with { Tree = new TreeId(hash) },
            TreeEntryType.SymbolicLink => entry with { LinkTarget = bytes },
            TreeEntryType.CharacterDevice or TreeEntryType.BlockDevice =>
                entry with { DeviceMajor = (uint)random.Next(), DeviceMinor = uint.MaxValue },
            TreeEntryType.HardLink => new TreeEntry { Name = entry.Name, Type = entry.Type, LinkTarget = (byte[])[(byte)'/', .. bytes] },
            _ => entry,
        };
    }

    private static string Describe(TreeEntry entry) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Convert.ToHexString(entry.Name.Span)} {entry.Type} {entry.Mode} {entry.Uid} {entry.Gid} {entry.ModifiedTime} {entry.Size} "
            + $"{entry.Sha256} {entry.List} {entry.Tree} {Convert.ToHexString(entry.LinkTarget.Span)} {entry.DeviceMajor} "
            + $"{entry.DeviceMinor} {entry.Attributes} "
            + $"{string.Join(',', entry.Xattrs.Select(xattr => $"{Convert.ToHexString(xattr.Name.Span)}={Convert.ToHexString(xattr.Value.Span)}"))}");

    private static IEnumerable<byte[]> CutNames()
    {
        for (int number = 0; ; number++)
        {
            byte[] name = Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture));
            ulong hash = 14695981039346656037;
            foreach (byte b in name)
                hash = (hash ^ b) * 1099511628211;
            if ((hash & 1023) == 0)
                yield return name;
        }
    }
}
