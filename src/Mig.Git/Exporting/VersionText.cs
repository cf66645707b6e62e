using System.Text;
using Mig.Core;
using Mig.Git.Objects;
using Mig.History.Commits;

namespace Mig.Git.Exporting;

/// <summary>Commits and tags of mig in the words of Git. Its lines for people and times are the same ones.</summary>
internal static class VersionText
{
    /// <summary>The trailer that says which version a commit of Git is.</summary>
    public const string Trailer = "Mig-Commit";

    public static byte[] Write(CommitId id, Commit commit, GitId tree, IEnumerable<GitId> parents)
    {
        var text = new StringBuilder($"tree {tree}\n");
        foreach (GitId parent in parents)
            text.Append("parent ").Append(parent.ToString()).Append('\n');
        text.Append("author ").Append(commit.Author.ToString()).Append("\ncommitter ").Append(commit.Committer.ToString()).Append("\n\n");
        text.Append(commit.Message).Append(commit.Message.Length > 0 && !EndsWithTrailers(commit.Message) ? "\n" : "").Append(Trailer)
            .Append(": ").Append(id.ToString()).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <param name="type"><c>commit</c> or <c>tag</c>.</param>
    public static byte[] Write(Tag tag, GitId target, string type) =>
        Encoding.UTF8.GetBytes($"object {target}\ntype {type}\ntag {tag.Name}\ntagger {tag.Tagger}\n\n{tag.Message}");

    /// <summary>Reads the trailer of a message: what it claims.</summary>
    public static CommitId? ReadTrailer(string message)
    {
        string last = message.TrimEnd('\n').Split('\n')[^1];
        return last.StartsWith(Trailer + ": ", StringComparison.Ordinal)
            && ObjectId.TryParse(last.AsSpan(Trailer.Length + 2), out ObjectId id) ? new CommitId(id) : null;
    }

    // Trailers are the last paragraph, and not the first.
    private static bool EndsWithTrailers(string message)
    {
        string[] lines = message.TrimEnd('\n').Split('\n');
        int at = lines.Length - 1;
        while (at >= 0 && IsTrailer(lines[at]))
            at--;
        return at > 0 && at < lines.Length - 1 && lines[at].Length == 0;
    }

    private static bool IsTrailer(string line)
    {
        int colon = line.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0 && !line.AsSpan(0, colon).ContainsAnyExcept(TrailerName);
    }

    private static readonly System.Buffers.SearchValues<char> TrailerName =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
}
