using System.Text;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Revisions;

namespace Mig.History.Tests.Judges;

/// <summary>The objects of a Git repository as mig's: a commit's tree stands for its image.</summary>
internal sealed class GitSource : IRevisionSource
{
    private readonly SortedDictionary<ObjectId, ObjectKind> _kinds = [];
    private readonly Dictionary<ObjectId, Commit> _commits = [];
    private readonly Dictionary<ObjectId, Tag> _tags = [];

    public GitSource(GitRepository git)
    {
        foreach (string line in git.Run("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split(' ');
            Assert.True(ObjectId.TryParse(words[0], out ObjectId id));
            _kinds[id] = words[1] switch
            {
                "blob" => ObjectKind.Blob,
                "tree" => ObjectKind.Image,
                "commit" => ObjectKind.Commit,
                _ =>
                ObjectKind.Tag
            };
        }

        string wanted = string.Concat(_kinds.Where(k => k.Value is ObjectKind.Commit or ObjectKind.Tag).Select(k => k.Key + "\n"));
        string all = git.TryRun(wanted, "cat-file", "--batch").Output;
        int position = 0;
        while (position < all.Length)
        {
            int lineEnd = all.IndexOf('\n', position);
            string[] words = all[position..lineEnd].Split(' ');
            int length = int.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture);
            string text = all.Substring(lineEnd + 1, length);
            position = lineEnd + 1 + length + 1;
            Assert.True(ObjectId.TryParse(words[0], out ObjectId id));
            if (words[1] == "commit")
                _commits[id] = Commit.Parse(Encoding.UTF8.GetBytes(text.Replace("tree ", "image ", StringComparison.Ordinal)), id);
            else
                _tags[id] = Tag.Parse(Encoding.UTF8.GetBytes(text), id);
        }
    }

    public ObjectKind? GetKind(ObjectId id) => _kinds.TryGetValue(id, out ObjectKind kind) ? kind : null;

    public Commit ReadCommit(CommitId id) => _commits[id.Value];

    public Tag ReadTag(TagId id) => _tags[id.Value];

    public IReadOnlyList<ObjectId> FindByPrefix(string hexPrefix, int most) =>
        [.. _kinds.Keys.Where(id => id.ToString().StartsWith(hexPrefix, StringComparison.Ordinal)).Take(most)];
}
