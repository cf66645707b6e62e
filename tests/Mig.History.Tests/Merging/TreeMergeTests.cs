using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.History.Merging;
using Mig.History.Tests.Judges;
using Mig.History.Trees;
using Mig.Store;

namespace Mig.History.Tests.Merging;

/// <summary>Merges of trees, judged by <c>git merge-tree</c>.</summary>
public class TreeMergeTests
{
    private readonly Dictionary<ObjectId, byte[]> _contents = [];
    private readonly ScratchStore _store = new(null);

    [Fact]
    public void RandomTreesMergeAsGitMergesThem()
    {
        int cases = int.Parse(Environment.GetEnvironmentVariable("MIG_MERGE_CASES") ?? "120", CultureInfo.InvariantCulture);
        const int seed = 5;
        using var git = new GitRepository();
        _ = git.Run("config", "merge.directoryRenames", "true");
        var random = new Random(seed);
        List<SortedDictionary<string, string>[]> all = [];
        for (int i = 0; i < cases; i++)
        {
            var trees = new RandomTrees(random);
            SortedDictionary<string, string> before = trees.Make();
            all.Add([before, trees.Change(before), trees.Change(before)]);
        }

        Import(git, all);
        var differences = new List<string>();
        int clean = 0;
        for (int i = 0; i < cases; i++)
        {
            (TreeMergeResult result, TreeEntry merged) = Merge(all[i][0], all[i][1], all[i][2], new ModelPolicy(_contents));
            (int exit, string output, _) = git.TryRun("", "merge-tree", "--write-tree", $"ours{i}", $"theirs{i}");
            bool isClean = result.Conflicts.Count == 0;
            if (isClean != (exit == 0))
            {
                differences.Add(
                    $"{Describe(all[i])}\nmig: "
                    + $"{string.Join("; ", result.Conflicts.Select(c => $"{c.Kind} {Encoding.UTF8.GetString(c.Path.Span)} {c.Reason}"))}\ngit: {output}");
            }
            else if (isClean)
            {
                clean++;
                string expected = git.Run("ls-tree", "-r", output.Split('\n')[0]), actual = List(merged);
                if (expected != actual)
                    differences.Add($"{Describe(all[i])}\ngit:\n{expected}\nmig:\n{actual}");
            }
        }

        Assert.True(differences.Count == 0,
            $"{differences.Count} of {cases}, seed {seed}:\n{string.Join("\n-----\n", differences.Take(2))}");
        Assert.InRange(clean, cases / 5, cases);
    }

    private (TreeMergeResult Result, TreeEntry Merged) Merge(IReadOnlyDictionary<string, string> before,
        IReadOnlyDictionary<string, string> ours, IReadOnlyDictionary<string, string> theirs, ModelPolicy policy)
    {
        TreeEntry left = ModelTree.Write(_store, ours, _contents);
        TreeMergeResult result = TreeMerge.Merge(_store, new MergeCache(_store), policy, ModelTree.Write(_store, before, _contents), left,
            ModelTree.Write(_store, theirs, _contents));
        return (result, TreeEdit.Apply(_store, _store, left, result.Operations));
    }

    private static void Import(GitRepository git, List<SortedDictionary<string, string>[]> all)
    {
        var stream = new StringBuilder();
        int mark = 0;
        for (int i = 0; i < all.Count; i++)
        {
            int origin = mark + 1;
            foreach ((string name, SortedDictionary<string, string> files) in new[] { "base", "ours", "theirs" }.Zip(all[i]))
            {
                stream.Append(CultureInfo.InvariantCulture,
                    $"commit refs/heads/{name}{i}\nmark :{++mark}\ncommitter A <a@b> {1700000000 + mark} +0000\ndata 1\nx\n");
                if (name != "base")
                    stream.Append(CultureInfo.InvariantCulture, $"from :{origin}\ndeleteall\n");
                foreach ((string path, string content) in files)
                    stream.Append(CultureInfo.InvariantCulture,
                        $"M {(content.StartsWith('!') ? "100755" : "100644")} inline {path}\ndata {content.Length}\n{content}\n");
            }
        }

        (int exit, _, string errors) = git.TryRun(stream.ToString(), "fast-import", "--quiet");
        Assert.True(exit == 0, errors);
    }

    private string List(TreeEntry root)
    {
        SortedDictionary<string, string> files = ModelTree.Read(_store, root, _contents);
        return string.Join('\n', files.Select(file =>
            $"{(file.Value.StartsWith('!') ? "100755" : "100644")} blob {BlobName(file.Value)}\t{file.Key}"));
    }

    private static string BlobName(string content) => ObjectId.Of(Encoding.UTF8.GetBytes($"blob {content.Length}\0{content}")).ToString();

    private static string Describe(SortedDictionary<string, string>[] trees) =>
        string.Join('\n', new[] { "base", "ours", "theirs" }.Zip(trees)
            .Select(item =>
            $"{item.First}: "
            + $"{string.Join(' ', item.Second.Select(file => $"{file.Key}={ObjectId.Of(Encoding.UTF8.GetBytes(file.Value)).ToShortString(4)}"))}"));
}
