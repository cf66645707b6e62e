using System.Text;
using Mig.Core;
using Mig.History.Diffs;
using Mig.History.Trees;
using Mig.Store;
using Mig.Tests.Support;

namespace Mig.Tests.Versions.Compare;

/// <summary>Random edits of a model tree: the comparison finds exactly them.</summary>
public sealed class TreeDiffModelTests : IDisposable
{
    private const int Seeds = 25;
    private readonly TestRepository _repository = new();

    [Fact]
    public void FindsExactlyWhatWasEdited()
    {
        using Repository repository = _repository.Open();
        for (int seed = 0; seed < Seeds; seed++)
        {
            var random = new Random(seed);
            SortedDictionary<string, TreeEntry> before = Model(random, seed % 5 == 0 ? 9000 : 200);
            var after = new SortedDictionary<string, TreeEntry>(before, StringComparer.Ordinal);
            for (int i = 0; i < 1 + random.Next(40); i++)
                Edit(random, after, i);
            TreeEntry left = Write(repository, before), right = Write(repository, after);
            Assert.Equal(Expected(before, after), Actual(repository, left, right, PathLimits.None));
            Assert.Equal(Expected(after, before), Actual(repository, right, left, PathLimits.None));
            Assert.Equal(before.Keys.Select(path => $"{path} Added"),
                Actual(repository, left with { Tree = Write(repository, []).Tree }, left, PathLimits.None));
            Assert.Empty(Actual(repository, left, left, PathLimits.None));

            // Limited to one directory; and the negative control, another model.
            string limit = before.Keys.First().Split('/')[0];
            var limits = new PathLimits([Encoding.Latin1.GetBytes(limit)]);
            Assert.Equal(Expected(before, after).Where(line => line.Split(' ')[0] is var path
                && (path == limit || path.StartsWith(limit + "/", StringComparison.Ordinal))), Actual(repository, left, right, limits));
            after.Remove(after.Keys.Last());
            Assert.NotEqual(Expected(before, after), Actual(repository, left, right, PathLimits.None));
        }
    }

    [Fact]
    public void OneChangeInAHugeDirectoryReadsFewNodes()
    {
        using Repository repository = _repository.Open();
        SortedDictionary<string, TreeEntry> before = Model(new Random(1), 20_000);
        var after = new SortedDictionary<string, TreeEntry>(before, StringComparer.Ordinal);
        string changed = before.Keys.ElementAt(12_345);
        after[changed] = after[changed] with { Mode = after[changed].Mode ^ 1 };
        var counted = new CountingSource(repository.Store);
        TreeEntry left = Write(repository, before), right = Write(repository, after);
        Assert.Equal(changed, Encoding.Latin1.GetString(
            Assert.Single(new TreeDiff(counted, PathLimits.None).Compare(left, right)).Path.Span));
        Assert.InRange(counted.Reads, 2, 8);
        int few = counted.Reads;
        new TreeDiff(counted, PathLimits.None).Compare(null, right);
        Assert.True(counted.Reads - few > 15);
    }

    public void Dispose() => _repository.Dispose();

    private static IEnumerable<string> Actual(Repository repository, TreeEntry before, TreeEntry after, PathLimits limits) =>
        [.. new TreeDiff(repository.Store, limits).Compare(before, after)
            .Select(change => $"{Encoding.Latin1.GetString(change.Path.Span)} {change.Kinds}").Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Expected(SortedDictionary<string, TreeEntry> before, SortedDictionary<string, TreeEntry> after)
    {
        var lines = new List<string>();
        foreach (string path in before.Keys.Union(after.Keys))
        {
            bool was = before.TryGetValue(path, out TreeEntry? left), isThere = after.TryGetValue(path, out TreeEntry? right);
            if (!was || !isThere)
                lines.Add($"{path} {(was ? "Removed" : "Added")}");
            else if (Kinds(left!, right!) is var kinds and not ChangeKinds.None)
                lines.Add($"{path} {kinds}");
        }

        return [.. lines.Order(StringComparer.Ordinal)];
    }

    // The model's own notion of a difference.
    private static ChangeKinds Kinds(TreeEntry left, TreeEntry right) =>
        (left.Type != right.Type ? ChangeKinds.Type : left.Sha256 != right.Sha256 ? ChangeKinds.Content : ChangeKinds.None)
        | (left.Mode != right.Mode ? ChangeKinds.Mode : 0)
        | (left.Uid != right.Uid ? ChangeKinds.Owner : 0)
        | (left.ModifiedTime != right.ModifiedTime ? ChangeKinds.Time : 0)
        | (left.Attributes != right.Attributes ? ChangeKinds.Attributes : 0);

    private static SortedDictionary<string, TreeEntry> Model(Random random, int count)
    {
        var model = new SortedDictionary<string, TreeEntry>(StringComparer.Ordinal);
        foreach (string directory in (string[])["big", "big/below", "etc", "etc/deep", "etc/deep/deeper"])
            model[directory] = new TreeEntry { Name = default, Type = TreeEntryType.Directory, Mode = 0x1ED };
        string[] directories = [.. model.Keys];
        for (int i = 0; i < count; i++)
            model[$"{(i % 10 == 0 ? directories[random.Next(directories.Length)] : "big")}/f{i}"] = File(random);
        return model;
    }

    private static TreeEntry File(Random random)
    {
        byte[] content = new byte[8];
        random.NextBytes(content);
        return new TreeEntry
        {
            Name = default, Type = TreeEntryType.File, Mode = random.Next(0x1000), Size = 8,
            Sha256 = ObjectId.Of(content)
        };
    }

    private static void Edit(Random random, SortedDictionary<string, TreeEntry> model, int number)
    {
        string[] files = [.. model.Where(item => item.Value.Type == TreeEntryType.File).Select(item => item.Key)];
        string path = files[random.Next(files.Length)];
        TreeEntry entry = model[path];
        switch (random.Next(8))
        {
            case 0:
                model.Remove(path);
                break;
            case 1:
                model[$"etc/new{number}"] = File(random);
                break;
            case 2:
                model[path] = entry with { Mode = entry.Mode ^ 7, Uid = entry.Uid + 1 };
                break;
            case 3:
                model[path] = entry with { ModifiedTime = new Timestamp(number + 1, number) };
                break;
            case 4:
                model[path] = new TreeEntry { Name = default, Type = TreeEntryType.Fifo, Mode = entry.Mode };
                break;
            case 5:
                for (int i = 0; i < 300; i++)
                    model.Remove($"big/f{i + (random.Next(10) * 300)}");
                break;
            case 6:
                model[path] = entry with { Attributes = entry.Attributes ^ 0x10 };
                break;
            default:
                model[path] = File(random) with { Mode = entry.Mode };
                break;
        }
    }

    private static TreeEntry Write(Repository repository, SortedDictionary<string, TreeEntry> model)
    {
        using ObjectWriter writer = repository.Store.BeginWrite(StoreOptions.Default);
        TreeEntry root = WriteDirectory(
            new TreeWriter(writer), model, "", new TreeEntry { Name = default, Type = TreeEntryType.Directory });
        writer.Complete();
        return root;
    }

    private static TreeEntry WriteDirectory(TreeWriter writer, SortedDictionary<string, TreeEntry> model, string directory, TreeEntry entry)
    {
        var entries = new List<TreeEntry>();
        foreach ((string path, TreeEntry child) in model)
        {
            int slash = path.LastIndexOf('/');
            if ((slash < 0 ? "" : path[..slash]) != directory)
                continue;
            TreeEntry named = child with { Name = Encoding.Latin1.GetBytes(path[(slash + 1)..]) };
            entries.Add(child.Type == TreeEntryType.Directory ? WriteDirectory(writer, model, path, named) : named);
        }

        entries.Sort(static (a, b) => a.Name.Span.SequenceCompareTo(b.Name.Span));
        return entry with { Tree = writer.Write(entries) };
    }

    private sealed class CountingSource(ObjectStore store) : IObjectSource
    {
        public int Reads { get; private set; }

        public ReadOnlyMemory<byte> ReadPayload(in ObjectId id, ObjectKind kind)
        {
            Reads++;
            return store.ReadPayload(id, kind);
        }
    }
}
