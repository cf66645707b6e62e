using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.History.Trees;
using Mig.Store;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Versions.Histories;

/// <summary>The same random history twice: in a mig repository, and in a git repository beside it. Commit n has subject n.</summary>
internal sealed class TwinHistory : IDisposable
{
    public const string Marker = "this content is looked for\n";

    private readonly TestRepository _mig = new();
    private readonly List<SortedDictionary<string, string>> _trees = [];
    private readonly List<CommitId> _commits = [];

    /// <param name="seed">Of all that is random.</param>
    /// <param name="count">Commits.</param>
    /// <param name="hasMerges">Whether lines of history part and meet.</param>
    /// <param name="hasMarker">Whether one content comes and goes in several places; all others are different.</param>
    public TwinHistory(int seed, int count, bool hasMerges, bool hasMarker = true)
    {
        var random = new Random(seed);
        string git = GitFolder;
        Tool.Run("git", "init", "--quiet", "--initial-branch=main", git);
        var stream = new StringBuilder();
        using Repository repository = _mig.Open();
        for (int i = 1; i <= count; i++)
        {
            List<int> parents = ChooseParents(random, i, hasMerges);
            SortedDictionary<string, string> tree = parents.Count == 0 ? new(StringComparer.Ordinal) : Merge(random, parents);
            if (parents.Count < 2 || random.Next(4) == 0)
                Edit(random, tree, i, hasMarker);
            _trees.Add(tree);
            AddToGit(stream, i, parents, tree);
            _commits.Add(AddToMig(repository, i, parents, tree));
        }

        foreach (int branch in Enumerable.Range(1, count).Where(i => i % 7 == 0).Append(count))
        {
            stream.Append(CultureInfo.InvariantCulture, $"reset refs/heads/b{branch}\nfrom :{branch}\n\n");
            repository.Refs.Update(RefName.Branch($"b{branch}"), default, _commits[branch - 1].Value, repository.Identity.Committer(),
                "test");
        }

        stream.Append(CultureInfo.InvariantCulture, $"reset refs/heads/main\nfrom :{count}\n\n");
        repository.Refs.Update(RefName.Branch("main"), default, _commits[^1].Value, repository.Identity.Committer(), "test");
        string file = _mig.Files["stream"];
        File.WriteAllText(file, stream.ToString());
        Tool.Run("bash", "-euc", $"git -C '{git}' fast-import --quiet < '{file}'");
    }

    public IReadOnlyList<CommitId> Commits => _commits;

    /// <summary>The files of each commit.</summary>
    public IReadOnlyList<SortedDictionary<string, string>> Trees => _trees;

    private string GitFolder => _mig.Files["git"];

    public Repository Open() => _mig.Open();

    /// <summary>Runs git, and returns the lines that it prints.</summary>
    public string[] Git(params string[] arguments) =>
        Tool.Run("git", ["-C", GitFolder, .. arguments]).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public void Dispose() => _mig.Dispose();

    private static List<int> ChooseParents(Random random, int number, bool hasMerges)
    {
        if (number == 1)
            return [];
        if (!hasMerges)
            return [number - 1];
        int wanted = random.Next(4) == 0 ? 2 : 1;
        var parents = new HashSet<int>();
        for (int i = 0; i < wanted; i++)
            parents.Add(Math.Max(1, number - 1 - random.Next(4)));
        return [.. parents];
    }

    // Each file as one of the parents has it, mostly the first.
    private SortedDictionary<string, string> Merge(Random random, List<int> parents)
    {
        var merged = new SortedDictionary<string, string>(_trees[parents[0] - 1], StringComparer.Ordinal);
        if (parents.Count == 1)
            return merged;
        SortedDictionary<string, string> other = _trees[parents[1] - 1];
        int taste = random.Next(3);
        foreach (string path in merged.Keys.Union(other.Keys).ToList())
        {
            bool takesOther = taste == 0 || (taste == 1 && random.Next(2) == 0);
            if (!takesOther)
                continue;
            if (other.TryGetValue(path, out string? content))
                merged[path] = content;
            else
                merged.Remove(path);
        }

        return merged;
    }

    private static void Edit(Random random, SortedDictionary<string, string> tree, int number, bool hasMarker)
    {
        string[] folders = ["etc", "etc/deep", "usr/share", "srv"];
        for (int i = 0; i < 1 + random.Next(3); i++)
        {
            string fresh = $"{folders[random.Next(folders.Length)]}/f{random.Next(5)}",
                content = $"{number} {i} {random.NextInt64():x16}{random.NextInt64():x16}{random.NextInt64():x16}\n";
            string[] paths = [.. tree.Keys];
            string path = paths.Length == 0 ? fresh : paths[random.Next(paths.Length)];
            switch (random.Next(6))
            {
                case 0 when paths.Length > 0:
                    tree.Remove(path);
                    break;
                case 1 when paths.Length > 0 && !tree.ContainsKey(fresh):
                    tree[fresh] = tree[path];
                    tree.Remove(path);
                    break;
                case 2 when hasMarker:
                    tree[$"srv/marked{random.Next(3)}"] = Marker;
                    break;
                case 3:
                    tree[path] = content;
                    break;
                default:
                    tree[fresh] = content;
                    break;
            }
        }
    }

    private static void AddToGit(StringBuilder stream, int number, List<int> parents, SortedDictionary<string, string> tree)
    {
        string subject = number.ToString(CultureInfo.InvariantCulture);
        stream.Append(CultureInfo.InvariantCulture,
            $"commit refs/heads/work\nmark :{number}\ncommitter T <t@x> {1_700_000_000 + number} +0000\ndata "
            + $"{subject.Length + 1}\n{subject}\n\n");
        for (int i = 0; i < parents.Count; i++)
            stream.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "from" : "merge")} :{parents[i]}\n");
        stream.Append("deleteall\n");
        foreach ((string path, string content) in tree)
            stream.Append(CultureInfo.InvariantCulture, $"M 100644 inline {path}\ndata {content.Length}\n{content}\n");
        stream.Append('\n');
    }

    private CommitId AddToMig(Repository repository, int number, List<int> parents, SortedDictionary<string, string> tree)
    {
        using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
        TreeEntry root = WriteDirectory(
            writer, tree, "", new TreeEntry { Name = default, Type = TreeEntryType.Directory, ModifiedTime = new Timestamp(number, 0) });
        var volume = new ImageVolume(0, new ByteRange(0, 1 << 20), "", "", "ext4", "", "", root, "");
        var image = new MachineImage([new ImageDisk("disk", 1 << 20, "none", 512, null, [volume])]);
        Signature who = Signature.Create("T", "t@example.com", 1_700_000_000 + number, 0);
        var commit = new Commit
        {
            Image = image.Write(writer),
            Parents = [.. parents.Select(parent => _commits[parent - 1])],
            Author = who,
            Committer = who,
            Provenance = [],
            Message = number.ToString(CultureInfo.InvariantCulture) + "\n",
        };
        var id = new CommitId(writer.AddObject(ObjectKind.Commit, commit.Encode()));
        writer.Complete();
        repository.Store.Refresh();
        return id;
    }

    // Directories change their times at each commit, as they do when files in them change.
    private static TreeEntry WriteDirectory(ObjectWriter writer, SortedDictionary<string, string> tree, string directory, TreeEntry entry)
    {
        string prefix = directory.Length == 0 ? "" : directory + "/";
        var entries = new SortedDictionary<string, TreeEntry>(StringComparer.Ordinal);
        foreach ((string path, string content) in tree.Where(item => item.Key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            string rest = path[prefix.Length..], name = rest.Split('/')[0];
            ReadOnlyMemory<byte> bytes = Encoding.ASCII.GetBytes(name);
            if (rest != name)
                entries.TryAdd(name, WriteDirectory(writer, tree, prefix + name, entry with { Name = bytes }));
            else
                entries[name] = new TreeEntry
                {
                    Name = bytes, Type = TreeEntryType.File, Mode = 0x1A4, Size = content.Length,
                    Sha256 = ObjectId.Of(Encoding.ASCII.GetBytes(content))
                };
        }

        return entry with { Tree = new TreeWriter(writer).Write([.. entries.Values]) };
    }
}
